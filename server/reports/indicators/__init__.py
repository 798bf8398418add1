"""The town's indicators I1 to I20 (domain.md 4.1): what each counts, and how it is told once and kept."""
