"""The widgets. They paint and forward: every change goes through the store or the one gate, none is made here."""
