"""The ``flags`` of an array."""

from dataclasses import dataclass

_KEYS = {
    "C_CONTIGUOUS": "c_contiguous",
    "C": "c_contiguous",
    "F_CONTIGUOUS": "f_contiguous",
    "F": "f_contiguous",
    "OWNDATA": "owndata",
    "O": "owndata",
    "WRITEABLE": "writeable",
    "W": "writeable",
}


@dataclass(frozen=True, repr=False)
class Flags:
    """Memory layout of an array: by attribute, or by NumPy's keys (``flags['C_CONTIGUOUS']``)."""

    c_contiguous: bool
    f_contiguous: bool
    owndata: bool
    writeable: bool

    @property
    def contiguous(self):
        return self.c_contiguous

    @property
    def forc(self):
        return self.c_contiguous or self.f_contiguous

    @property
    def fnc(self):
        return self.f_contiguous and not self.c_contiguous

    @property
    def aligned(self):
        return True

    def __getitem__(self, key):
        try:
            return getattr(self, _KEYS[key])
        except KeyError:
            raise KeyError("Unknown flag") from None

    def __repr__(self):
        return "\n".join(
            f"  {key} : {self[key]}" for key in ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA", "WRITEABLE")
        )
