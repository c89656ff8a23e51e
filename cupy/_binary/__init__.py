"""Operations on the bits of elements."""
