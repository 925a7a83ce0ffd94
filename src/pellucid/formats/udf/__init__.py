"""UDF discs, 1.02 to 2.60 (ECMA-167, 3rd edition; OSTA, "Universal Disk Format Specification", 2.60)."""
