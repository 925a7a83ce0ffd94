"""What is known to be wrong with dependencies: from what sources state to findings (docs/explanation/matching.md).

questions -> intervals, verdicts (of one dependency, whatever image it is in) -> surroundings, conditions, decisions
(in this image) -> findings; `matching` is the way through.
"""
