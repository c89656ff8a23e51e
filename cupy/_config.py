"""What is loaded and in force, printed by a running program; ``python -m cupy.doctor`` looks for what is wrong."""

__all__ = ["show_config"]


def show_config(*, _full=False):
    """Print versions, the libraries in use with their paths, the devices, the chip, and the options in force.

    Parameters
    ----------
    _full : bool, optional
        Also the machine.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.show_config()
    Versions
      ...
    Options
      CUPY_BACKEND ...
    """
    from cupy import doctor

    print(doctor.configuration(_full))
