"""What matchers of crypto assets share: what is judged, what is an anchor, and how a finding about one reads."""
