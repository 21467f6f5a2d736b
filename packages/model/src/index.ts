export type {
  Classification,
  ElementLink,
  ElementOrigin,
  ElementVersions,
  MetadataElement,
  Properties,
  PropertyValue,
  RelatedElement,
  Relationship,
} from './elements.js';
export {
  classifiedProperties,
  eachField,
  fieldsOf,
  fieldValue,
  type PermittedUpsert,
  type PresentElement,
  parentField,
  parentFields,
  permittedLink,
  permittedParent,
  permittedUpsert,
  printOf,
} from './guarded-upsert.js';
export {
  type Connection,
  type ConnectionElements,
  type GroupKey,
  type GroupReader,
  type GroupSnapshot,
  groupPartTypes,
  type IntegrationGroup,
  type OmisKind,
  omisKinds,
  type PermittedSynchronization,
  type Registration,
} from './integration-group.js';
export {
  type BatchAnswer,
  type BatchRequest,
  type CapabilitiesAnswer,
  type ChangedHeader,
  type ChangeEvent,
  type ChangesAnswer,
  type GroupConnectorsRequest,
  type GroupMembersAnswer,
  type IdentityAnswer,
  isthmusFace,
} from './isthmus-face.js';
export {
  haveNames,
  type KafkaProperties,
  type KafkaSecurity,
  kafkaPropertiesOf,
  kafkaSecurity,
  kafkaSecurityNames,
  openKafkaProperties,
} from './kafka-security.js';
export type {
  Author,
  ChangePage,
  ConditionOperator,
  Conditions,
  DeleteMethod,
  DeleteOptions,
  Effectivity,
  EffectivityTarget,
  ExternalSource,
  FindOptions,
  MetadataChange,
  MetadataStore,
  NewElement,
  NewFromTemplate,
  PageOptions,
  PropertyCondition,
  QueryOptions,
  ReadOptions,
  SearchOptions,
  SequencingOrder,
  StoreCapabilities,
  StoreIdentity,
} from './metadata-store.js';
export { withOperations } from './operations-text.js';
export { fillProperties, type Placeholders } from './placeholders.js';
export { qualifiedNameFault } from './qualified-name.js';
export { addressSecrets, isSecretKey, maskAddress, unmaskAddress } from './secrets-in-text.js';
export {
  type AttributeType,
  type ClassificationDefinition,
  type RelationshipDefinition,
  type TypeCategory,
  type TypeDefinition,
  TypeSystem,
} from './type-system/type-system.js';
export type {
  AttributeFacts,
  ClassificationFacts,
  CollectionFacts,
  EnumFacts,
  PrimitiveFacts,
  RelationshipEnd,
  RelationshipFacts,
  TypeFacts,
  TypesDocument,
} from './type-system/types-document.js';
export {
  checkClassification,
  checkEnds,
  checkProperties,
  checkProperty,
  isPlainObject,
  maySeveralHold,
  valueFault,
} from './type-system/validators.js';
export { mapKeys, upsertedProperties } from './upserted-properties.js';
export { unwrapDate, unwrapProperties, unwrapValue } from './wire/unwrap-properties.js';
export type { WireProperties, WirePropertyValue } from './wire/wire-properties.js';
export { wrapProperties, wrapUntyped, wrapValue } from './wire/wrap-properties.js';
export type {
  Batch,
  BatchItemResult,
  BatchOperation,
  BatchResult,
  ExpectedVersion,
  ForeignLink,
  FoundElement,
  FoundParent,
  Grant,
  KeptFrom,
} from './write-batch.js';
