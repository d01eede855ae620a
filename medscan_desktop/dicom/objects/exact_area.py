"""The private element in which a presentation state keeps its exact displayed area, in image pixels.

On its own, so that the workers, which read it, start without all that writing one needs.
"""

PRIVATE_CREATOR = "MEDSCAN DESKTOP 1"
PRIVATE_GROUP, EXACT_AREA = 0x0071, 0x01
