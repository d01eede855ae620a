"""What one guess of a secret costs. Figures: security design, Keys and Users."""

from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

from medscan_desktop.domain.errors import Damaged

_MOST_MEMORY_KIB = 1 << 20
_MOST_PASSES = 16
_MOST_LANES = 16


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """Parameters of Argon2id. Tests pass a cheap one; nothing else makes hashing cheap."""

    memory_kib: int
    passes: int
    lanes: int

    def key(self, secret: str, salt: bytes) -> bytes:
        """A 256-bit key from a passphrase."""
        self._check()
        return hash_secret_raw(
            secret.encode(),
            salt,
            time_cost=self.passes,
            memory_cost=self.memory_kib,
            parallelism=self.lanes,
            hash_len=32,
            type=Type.ID,
        )

    def _check(self) -> None:
        """Refuse parameters from a changed file that would exhaust the machine."""
        if not (
            8 * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
            and 1 <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
        ):
            raise Damaged("The key file asks for an impossible amount of work; it is damaged or was changed.")


PASSPHRASE_COST = Argon2Cost(memory_kib=256 * 1024, passes=3, lanes=4)  # opens the data key: once a start
PASSWORD_COST = Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4)  # a log-in: about 0.17 s
