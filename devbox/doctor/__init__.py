"""What is wrong with a Docker set-up, and what repairs it: facts, checks, findings, remedies, back ends."""
