// `@roostorg/types` and `@roostorg/coop-types`: the run-time values of Coop's contract package, written from the published contract (Coop,
// section 2). Types are erased before a plugin gets here; these values are all that is left.
//
// No `__esModule` mark: ES module importers then get the whole module as their default, whichever way their bundler asks.
'use strict';

const scalarTypes = [
  'USER_ID', 'ID', 'STRING', 'BOOLEAN', 'NUMBER', 'AUDIO', 'IMAGE', 'VIDEO', 'DATETIME', 'GEOHASH', 'RELATED_ITEM', 'URL', 'POLICY_ID',
  'IP_ADDRESS', 'EMAIL_ADDRESS', 'MEDIA',
];
const mediaTypes = ['AUDIO', 'IMAGE', 'VIDEO', 'MEDIA'];
const requiredSections = [
  'trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations', 'implementationGuidance',
  'relevantLinks',
];

/// An object with each text as key and value.
function makeEnumLike(strings) {
  const out = {};
  for (const string of strings) out[string] = string;
  return Object.freeze(out);
}

const ContainerTypes = makeEnumLike(['ARRAY', 'MAP']);

function isObject(value) { return typeof value === 'object' && value !== null; }

/// Whether a value is an integration: a manifest with its four required members. Other members do not matter.
function isCoopIntegrationPlugin(value) {
  if (!isObject(value) || !isObject(value.manifest)) return false;
  const { id, name, version, requiresConfig } = value.manifest;
  return typeof id === 'string' && typeof name === 'string' && typeof version === 'string' && typeof requiresConfig === 'boolean';
}

/// Throws when a model card lacks one of the required sections; only ids count.
function assertModelCardHasRequiredSections(card) {
  const present = new Set((card?.sections ?? []).map((section) => section.id));
  const missing = requiredSections.filter((id) => !present.has(id));
  if (missing.length > 0) throw new Error(`Model card is missing required section(s): ${missing.map((id) => `"${id}"`).join(', ')}.`);
}

function isContainerType(type) { return type === 'ARRAY' || type === 'MAP'; }
function isMediaType(type) { return mediaTypes.includes(type); }

/// An ISO-8601 text, or undefined when the text is no date.
function makeDateString(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

exports.create = function create() {
  const types = {
    REQUIRED_MODEL_CARD_SECTION_IDS: Object.freeze([...requiredSections]),
    assertModelCardHasRequiredSections,
    isCoopIntegrationPlugin,
    makeEnumLike,
    ScalarTypes: makeEnumLike(scalarTypes),
    ContainerTypes,
    ItemTypeKind: makeEnumLike(['CONTENT', 'THREAD', 'USER']),
    isContainerType,
    /// A field whose type is a list or a map.
    isContainerField: (field) => isContainerType(field.type),
    /// A field's scalar: its own, or that of the values it contains.
    getScalarType: (field) => (field.container ? field.container.valueScalarType : field.type),
    isMediaType,
    /// A value `{ type, value }` of one of the media scalars.
    isMediaValue: (value) => isMediaType(value.type),
    makeDateString,
    parseDateString: (text) => new Date(text),
  };
  // Importers compiled for `require(…).default` get the same module.
  Object.defineProperty(types, 'default', { value: types });
  return types;
};
