"""What leaves the house, as finished bytes. Exporters get images and values; they read no records and draw no scene."""
