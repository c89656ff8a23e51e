"""The module's functions: the methods of the current device's RandomState."""

import inspect

from cupy.random._random_state import RandomState, get_random_state

_NAMES = {
    name: name
    for name in (
        "beta",
        "binomial",
        "bytes",
        "chisquare",
        "choice",
        "dirichlet",
        "exponential",
        "f",
        "gamma",
        "geometric",
        "get_state",
        "gumbel",
        "hypergeometric",
        "laplace",
        "logistic",
        "lognormal",
        "logseries",
        "multinomial",
        "multivariate_normal",
        "negative_binomial",
        "noncentral_chisquare",
        "noncentral_f",
        "normal",
        "pareto",
        "permutation",
        "poisson",
        "power",
        "rand",
        "randint",
        "randn",
        "random",
        "random_integers",
        "random_sample",
        "rayleigh",
        "seed",
        "set_state",
        "shuffle",
        "standard_cauchy",
        "standard_exponential",
        "standard_gamma",
        "standard_normal",
        "standard_t",
        "triangular",
        "uniform",
        "vonmises",
        "wald",
        "weibull",
        "zipf",
    )
}
_NAMES |= {"ranf": "random_sample", "sample": "random_sample"}

__all__ = list(_NAMES)


def _function(name, method_name):
    method = getattr(RandomState, method_name)

    def function(*args, **kwargs):
        return getattr(get_random_state(), method_name)(*args, **kwargs)

    signature = inspect.signature(method)
    function.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    function.__name__ = function.__qualname__ = name
    function.__module__ = "cupy.random"
    function.__doc__ = method.__doc__
    return function


globals().update({name: _function(name, method) for name, method in _NAMES.items()})
