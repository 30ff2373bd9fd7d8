// The numbers of docs/protocol.md. WorkerProtocolTests compares them with the Swift enums.
export const SCRIPT = 3, CALL = 10, BATCH = 11, NEXT = 12, CANCEL = 13, HOST_REPLY = 14, BIND = 15, BOOT = 2;
export const READY = 1, FAILED = 2, RESULT = 10, STREAM_OPENED = 11, ITEM = 12, STREAM_END = 13, CANCELLED = 14, HOST_CALL = 20,
  NOTIFY = 21, HOST_CANCEL = 22;
export const ERROR = 1, SYNCHRONOUS = 4, UNDEFINED = 8, MIXED = 16;
