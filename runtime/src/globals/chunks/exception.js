// DOMException (https://webidl.spec.whatwg.org/#idl-DOMException).
import { defineConstants, defineInterface } from './interfaces.js';

const { Error, ReflectDefineProperty } = core.primordials;

/// The legacy code of each name that has one, in the order of the codes; gaps are codes without a name of today.
const names = [
  '', 'IndexSizeError', '', 'HierarchyRequestError', 'WrongDocumentError', 'InvalidCharacterError', '', 'NoModificationAllowedError',
  'NotFoundError', 'NotSupportedError', 'InUseAttributeError', 'InvalidStateError', 'SyntaxError', 'InvalidModificationError',
  'NamespaceError', 'InvalidAccessError', '', 'TypeMismatchError', 'SecurityError', 'NetworkError', 'AbortError', 'URLMismatchError',
  'QuotaExceededError', 'TimeoutError', 'InvalidNodeTypeError', 'DataCloneError',
];

/// Name and message are own properties here, not accessors of the prototype, as the log's inspector never calls accessors.
class DOMException extends Error {
  constructor(message = '', options = undefined) {
    super(message);
    let name = options;
    if (typeof options === 'object' && options !== null) {
      ({ name } = options);
      if ('cause' in options) hide(this, 'cause', options.cause);
    }
    hide(this, 'name', name === undefined ? 'Error' : `${name}`);
    hide(this, 'message', `${message}`);
  }

  get code() {
    for (let i = 1; i < names.length; i++) if (names[i] !== '' && names[i] === this.name) return i;
    return 0;
  }

  [core.cloneSymbol]() {
    const copy = new DOMException(this.message, this.name);
    hide(copy, 'stack', this.stack);
    return copy;
  }
}

function hide(object, key, value) {
  ReflectDefineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

defineInterface(DOMException);
defineConstants(DOMException, {
  __proto__: null,
  INDEX_SIZE_ERR: 1, DOMSTRING_SIZE_ERR: 2, HIERARCHY_REQUEST_ERR: 3, WRONG_DOCUMENT_ERR: 4, INVALID_CHARACTER_ERR: 5,
  NO_DATA_ALLOWED_ERR: 6, NO_MODIFICATION_ALLOWED_ERR: 7, NOT_FOUND_ERR: 8, NOT_SUPPORTED_ERR: 9, INUSE_ATTRIBUTE_ERR: 10,
  INVALID_STATE_ERR: 11, SYNTAX_ERR: 12, INVALID_MODIFICATION_ERR: 13, NAMESPACE_ERR: 14, INVALID_ACCESS_ERR: 15,
  VALIDATION_ERR: 16, TYPE_MISMATCH_ERR: 17, SECURITY_ERR: 18, NETWORK_ERR: 19, ABORT_ERR: 20, URL_MISMATCH_ERR: 21,
  QUOTA_EXCEEDED_ERR: 22, TIMEOUT_ERR: 23, INVALID_NODE_TYPE_ERR: 24, DATA_CLONE_ERR: 25,
});

chunk.DOMException = DOMException;
