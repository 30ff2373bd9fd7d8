// Bytes that came from a plugin.
const {
  ArrayBufferIsView, ArrayBufferPrototypeGetByteLength, DataViewPrototypeGetBuffer, DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset, TypeError, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset, TypedArrayPrototypeGetToStringTag, Uint8Array,
} = core.primordials;


/// A Uint8Array over the bytes of an ArrayBuffer or a view, sharing them.
export function viewBytes(source, what) {
  if (!ArrayBufferIsView(source)) {
    try {
      ArrayBufferPrototypeGetByteLength(source);
    } catch {
      throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
    }
    return new Uint8Array(source);
  }
  if (TypedArrayPrototypeGetToStringTag(source) === undefined) {
    return new Uint8Array(
      DataViewPrototypeGetBuffer(source), DataViewPrototypeGetByteOffset(source), DataViewPrototypeGetByteLength(source));
  }
  return new Uint8Array(
    TypedArrayPrototypeGetBuffer(source), TypedArrayPrototypeGetByteOffset(source), TypedArrayPrototypeGetByteLength(source));
}

/// A copy of those bytes, as native functions want it: they pin what they read, and a pinned buffer can no longer be transferred.
export function copyBytes(source, what) {
  return new Uint8Array(viewBytes(source, what));
}

/// Whether a value is an ArrayBuffer or a view of one.
export function isBufferSource(value) {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBufferIsView(value)) return true;
  try {
    ArrayBufferPrototypeGetByteLength(value);
    return true;
  } catch {
    return false;
  }
}
