"""Train a two-layer network to read handwritten digits.

The 1797 images of 8 x 8 pixels come with scikit-learn. `train` is a NumPy program: `xp` is either
library, and nothing else changes.
"""

import numpy as np
from _common import arguments, progress, report_host_routes, run
from sklearn.datasets import load_digits

HIDDEN = 512
BATCH = 128
RATE = 0.1
MOMENTUM = 0.9


def load(dtype):
    """Return images and labels as (train_x, train_y, test_x, test_y), shuffled reproducibly."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = (x[order] / 16).astype(dtype), y[order]
    split = len(x) * 4 // 5
    return x[:split], y[:split], x[split:], y[split:]


def forward(xp, x, w1, b1, w2, b2):
    """Return the hidden layer and the probability of each digit."""
    hidden = xp.maximum(x @ w1 + b1, 0)
    scores = hidden @ w2 + b2
    scores = xp.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, scores / scores.sum(axis=1, keepdims=True)


def gradients(xp, x, target, w1, b1, w2, b2):
    """Return the derivatives of the mean cross-entropy with respect to the parameters."""
    hidden, probability = forward(xp, x, w1, b1, w2, b2)
    error = (probability - target) / len(x)
    hidden_error = (error @ w2.T) * (hidden > 0)
    return x.T @ hidden_error, hidden_error.sum(axis=0), hidden.T @ error, error.sum(axis=0)


def train(xp, train_x, train_y, test_x, epochs):
    """Return the probability of each digit for the test images."""
    # Drawn by NumPy for both libraries, so that they start alike and can be compared.
    rng = np.random.default_rng(1)
    features, classes, dtype = train_x.shape[1], train_y.max() + 1, train_x.dtype
    w1 = rng.standard_normal((features, HIDDEN)) * (2 / features) ** 0.5
    w2 = rng.standard_normal((HIDDEN, classes)) * (2 / HIDDEN) ** 0.5

    parameters = [xp.asarray(w1, dtype), xp.zeros(HIDDEN, dtype)]
    parameters += [xp.asarray(w2, dtype), xp.zeros(classes, dtype)]
    velocities = [xp.zeros_like(p) for p in parameters]
    x = xp.asarray(train_x)
    target = xp.eye(int(classes), dtype=dtype)[xp.asarray(train_y)]

    for _ in progress(epochs, "training"):
        order = xp.asarray(rng.permutation(len(x)))
        for start in range(0, len(x), BATCH):
            batch = order[start : start + BATCH]
            slopes = gradients(xp, x[batch], target[batch], *parameters)
            for parameter, velocity, slope in zip(parameters, velocities, slopes):
                velocity *= MOMENTUM
                velocity -= RATE * slope
                parameter += velocity

    return forward(xp, xp.asarray(test_x), *parameters)[1]


def main(argv=None):
    args = arguments(__doc__, argv, output=False, epochs=60)
    train_x, train_y, test_x, test_y = load(args.dtype)
    probability = run(train, args, train_x, train_y, test_x, args.epochs)
    accuracy = (probability.argmax(axis=1) == test_y).mean()
    print(f"test accuracy {accuracy:.1%}")
    report_host_routes()
    return accuracy


if __name__ == "__main__":
    main()
