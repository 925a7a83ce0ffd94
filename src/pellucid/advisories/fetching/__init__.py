"""Feeds from the network, from folders and from bundles: fetched whole or in part, verified, handed to the store."""
