"""Array types, named by their elements."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]  # numbers of terms, passages and rows: an index has fewer than 2^31 of each
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Array = NDArray[Any]
