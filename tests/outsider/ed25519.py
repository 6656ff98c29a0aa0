"""Checks Ed25519 signatures (RFC 8032) with whole numbers alone. Slow, and only fit for public data."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def decompress(data):
    """The point (x, y) that 32 bytes stand for, or nothing."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def add(a, b):
    """The sum of two points in projective coordinates (X : Y : Z) with x = X/Z, y = Y/Z."""
    (ax, ay, az), (bx, by, bz) = a, b
    z, xx, yy = az * bz % P, ax * bx % P, ay * by % P
    zz, dxy = z * z % P, D * xx * yy % P
    cross = ((ax + ay) * (bx + by) - xx - yy) % P
    low, high = (zz - dxy) % P, (zz + dxy) % P
    return z * low * cross % P, z * high * (yy + xx) % P, low * high % P


def times(number, point):
    result = (0, 1, 1)
    for bit in bin(number)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


BASE = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def verify(key, text, signature):
    """Whether the 64 bytes are a signature over the text by the key; points of small order are refused."""
    points = [decompress(key), decompress(signature[:32])]
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or None in points or scalar >= ORDER:
        return False
    a, r = [(x, y, 1) for x, y in points]
    if any(same(times(8, point), (0, 1, 1)) for point in (a, r)):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    return same(times(scalar, (*BASE, 1)), add(r, times(k, a)))
