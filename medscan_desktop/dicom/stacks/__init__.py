"""From headers to stacks: what belongs together, in which order, where in the patient, and what is refused."""
