"""Objects that are no plain images: parsed in workers, then matched with the images that they speak of."""
