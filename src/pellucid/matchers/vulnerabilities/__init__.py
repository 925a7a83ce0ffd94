"""What is known to be wrong with dependencies: from what sources state to findings (docs/explanation/matching.md).

questions -> verdicts -> opinions: of one dependency, whatever image it is in, kept in answers;
surroundings, packages -> decisions -> findings and silence: in this image. `matching` is the way through.
"""
