"""Small dense networks on the ridge's own features: they find what a sum of features cannot say."""
