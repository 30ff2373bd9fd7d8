// What the hub's API answers; docs/api.md says what each member means.

export type Turn = 'author' | 'operator' | 'member' | 'hub';

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  turn?: string;
  remedy?: string;
  requestId?: string;
  instance?: string;
  findings?: Finding[];
}

export interface Finding {
  code: string;
  severity: 'error' | 'warning' | 'notice';
  pointer?: string;
  message: string;
  remedy?: string;
}

export interface Session {
  user: { id: string; email: string; name: string; isHubAdministrator: boolean };
  csrfToken: string;
  organisations: { id: string; slug: string; name: string; role: string }[];
  organisation: string;
  permissions: string[];
  expiresAt: string;
}

export interface PluginState {
  name: 'invalid' | 'incompatible' | 'needs-consent' | 'needs-configuration' | 'disabled' | 'enabled';
  worker: 'idle' | 'starting' | 'running' | 'draining' | 'stopped' | 'backing-off' | 'degraded' | 'quarantined';
  reason?: string;
  since: string;
  turn: Turn | null;
  remedy?: string;
  missing?: string[];
}

export interface PluginHealth {
  callsPerMinute: number;
  errorsPerMinute: number;
  p50Ms: number | null;
  p95Ms: number | null;
  memoryBytes: number | null;
  cpuPercent: number | null;
  spark: number[];
}

export interface Plugin {
  id: string;
  name: string;
  version: string;
  format: 'patchbay' | 'coop' | 'coco' | 'made-open' | 'forgeportal';
  status: 'enabled' | 'disabled' | 'error';
  errorMessage?: string;
  state: PluginState;
  /** Who decided whether it is on; null: nobody. The organisation is the one that is looked at. */
  switches: { hub: boolean | null; file: boolean | null; organisation: boolean | null; begins: boolean };
  permissions: string[];
  publicConfig: Record<string, unknown>;
  description?: string;
  publisher: { name: string; url?: string; keyHint?: string } | null;
  signed: boolean;
  icon: string | null;
  tags: string[];
  contributions: Record<string, number>;
  waiting: { version: string; asksForMore: boolean } | null;
  isLinked: boolean;
  /** Runs on trial: the version before comes back if it fails its first calls. */
  isOnTrial: boolean;
  installedAt: string;
  changedAt: string;
  revision: number;
  health: PluginHealth;
}

export interface PluginDetail extends Plugin {
  manifest: {
    readme?: string;
    modelCard?: ModelCard;
    license?: string;
    docsUrl?: string;
    homepageUrl?: string;
    screenshots: { title?: string; url: string }[];
  };
  contributionsList: ContributionItem[];
  versions: Version[];
  contentHash: string;
}

export interface Enablement { id: string; slug: string; name: string; enabled: boolean | null; state: PluginState; mayChange: boolean }

export interface ModelCard {
  modelName: string;
  version: string;
  releaseDate?: string;
  learnMoreUrl?: string;
  sections: { id: string; title: string; groups?: { title: string; fields: CardField[] }[]; fields?: CardField[] }[];
}
export interface CardField { label: string; value: string }

export interface ContributionItem {
  kind: string;
  id: string;
  title: string;
  description?: string;
  icon?: string;
  origin?: string;
}

export interface Version {
  name: string;
  version: string | null;
  contentHash: string;
  installedAt: string;
  source: string;
  signed: boolean;
  publisher?: string;
  files: number;
  bytes: number;
  isRunning: boolean;
  isWaiting: boolean;
}

export interface Installation {
  id: string;
  state: 'fetching' | 'unpacking' | 'copying' | 'examining' | 'building' | 'storing' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number;
  ratePerSecond: number;
  source: string;
  plugin?: string;
  version?: string;
  isUpdate?: boolean;
  problem?: Problem;
  startedAt: string;
  endedAt?: string;
}

export type Risk = 'low' | 'medium' | 'high';

export interface ConsentPermission {
  permission: string;
  words: string;
  reason?: string;
  risk: Risk;
  status: 'new' | 'as-before' | 'gone';
  isOptional: boolean;
  granted: boolean;
}

export interface SettingChange { key: string; label: string; before?: unknown; after?: unknown; yours?: unknown }

export interface Consent {
  plugin: string;
  name?: string;
  version: string;
  from?: string;
  permissions: ConsentPermission[];
  contributions: { added: ContributionItem[]; removed: ContributionItem[]; changed: ContributionItem[] };
  settings: { added: SettingChange[]; removed: SettingChange[]; changed: SettingChange[] };
  /** Nothing for linked folders. The lists are cut at 500 each; the counts are not. */
  files?: { added: string[]; removed: string[]; changed: string[]; counts: { added: number; removed: number; changed: number }; bytes: number };
  signature: { signed: boolean; publisher?: string; keyHint?: string; pinnedSince?: string };
  findings: Finding[];
}

export interface GrantItem {
  permission: string;
  words: string;
  reason?: string;
  risk: Risk;
  isDeclared: boolean;
  /** Asked for, or of a kind that its format leaves to operators. */
  mayBeGranted: boolean;
  isGranted: boolean;
  /** A person's id, `token:…`, or `hub`. */
  grantedBy?: string;
  /** Of a person the hub still knows. */
  grantedByName?: string;
  grantedAt?: string;
  uses: number;
  refusals: number;
  lastUsedAt?: string;
  neverUsed: boolean;
}

export interface ConfigurationField {
  key: string;
  kind: 'text' | 'longText' | 'number' | 'integer' | 'boolean' | 'list' | 'choice' | 'choices' | 'json';
  label: string;
  help?: string;
  placeholder?: string;
  default?: unknown;
  required: boolean;
  secret: boolean;
  options?: { value: unknown; label: string }[];
  limits?: { minimum?: number; maximum?: number; lengthMin?: number; lengthMax?: number; countMax?: number; pattern?: string };
  value?: unknown;
  isSet: boolean;
  source?: 'default' | 'hub' | 'organisation' | 'file' | 'environment';
  group?: string;
}

export interface Configuration {
  fields: ConfigurationField[];
  revision: number;
  scope: 'hub' | 'organisation';
  canTest: boolean;
  /** Of a plugin that names no fields and takes anything. */
  further?: { values: Record<string, unknown>; /** Set, and not shown: their names look like a credential's. */ hidden: string[]; secrets: string[] };
}

export interface Removal {
  versions: number;
  files: number;
  bytes: number;
  settings: number;
  secrets: number;
  grants: number;
  stateKeys: number;
  contributions: ContributionItem[];
  organisations: string[];
  usedBy: string[];
}

export interface LogLine {
  sequence: number;
  at: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields?: Record<string, unknown>;
  version?: string;
  call?: string;
}

export interface Failure {
  at: string;
  version: string;
  /** The one the call was made for; a failure of the plugin itself has none. */
  organisation?: string;
  entry: string;
  code: string;
  message: string;
  place?: string;
  stack?: string[];
  remedy?: string;
  turn?: string;
}

export interface MetricsMinute {
  at: string;
  calls: number;
  errors: number;
  p50Ms: number | null;
  p95Ms: number | null;
  cpuMs: number;
  memoryBytes: number;
  egressBytes: number;
  ingressBytes: number;
  denials: number;
}

export interface JournalEntry {
  sequence: number;
  eventId: string;
  eventType: string;
  timestamp: string;
  source: string;
  correlationId: string;
  data: unknown;
}

export interface AuditEntry {
  sequence: number;
  at: string;
  actor: string;
  actorName: string;
  action: string;
  subject: string;
  outcome: 'done' | 'refused' | 'failed';
  address?: string;
  detail: Record<string, unknown>;
}

export interface Overview {
  plugins: { running: number; idle: number; needsYou: number; quarantined: number; disabled: number };
  needsYou: { plugin: string; name: string; what: string; turn: Turn; action: 'consent' | 'configure' | 'review' | 'see-failure' }[];
  calls: { perMinute: number; errors: number; p95Ms: number | null; spark: number[] };
  journal: JournalEntry[];
  machine: {
    sandbox: 'full' | 'degraded';
    layers: { name: string; state: string; detail: string }[];
    database: { kind: string; bytes: number };
    startedAt: string;
    version: string;
  };
}

export interface PluginPage {
  plugin: string;
  id: string;
  title: string;
  icon?: string;
  path: string;
  navigationLabel?: string;
  frame: { origin: string; url: string };
}

export interface Integration {
  id: string;
  name: string;
  title: string;
  logo: string | null;
  logoWithBackground: string | null;
  docsUrl?: string;
  requiresConfig: boolean;
  isConfigured: boolean;
  modelCard: ModelCard | null;
  modelCardLearnMoreUrl?: string;
  /** Whether it makes signals for each organisation. */
  hasCatalog: boolean;
  /** Whether its signals can be shown what stands around an item. */
  hasContext: boolean;
  signals: { id: string; title: string; description?: string; disabled?: boolean; disabledReason?: string }[];
}

export interface SignalCatalog { version: string | null; signals: number; refreshedAt: string | null; entries?: { type: string; name: string }[] }

export interface StoreItem {
  id: string;
  name: string;
  version: string;
  description?: string;
  publisher?: string;
  contributions: Record<string, number>;
  permissions: { permission: string; words: string; risk: Risk }[];
  icon?: string;
  screenshots?: { title?: string; url: string }[];
  installed?: string;
  source: string;
}

export interface Organisation { id: string; slug: string; name: string; createdAt: string }
export interface Member { user: string; email: string; name: string; role: string }
export interface User {
  id: string; email: string; name: string; isDisabled: boolean; isHubAdministrator: boolean; createdAt: string;
}
export interface Token {
  id: string; hint: string; name: string; scopes: string[]; organisation?: string; createdAt: string; expiresAt?: string; lastUsedAt?: string;
  token?: string;
}
export interface BrowserSession { id: string; userAgent: string; address: string; createdAt: string; lastSeenAt: string; isThis: boolean }
export interface HubSettings {
  bind: string;
  database: string;
  vault: { keys: { id: string; active: boolean; secrets: number }[] };
  oidc: { id: string; name: string; issuer: string }[];
  sandbox: { state: string; waived: string[] };
  stores: { address: string }[];
}
export interface SearchHit { kind: string; title: string; subtitle?: string; url: string }
