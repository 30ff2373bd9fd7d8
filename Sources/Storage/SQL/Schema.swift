/// The schema of both databases. Times are milliseconds since 1970 (`…_ms`); lists and objects are JSON texts; truths are 0 and 1.
///
/// An organisation that may be absent is an empty text where it is part of a key. What belongs to people and organisations goes with them
/// by foreign keys; what belongs to a plugin is removed by `removePlugin`, since settings may be there before the plugin is.
enum Schema {
    static let steps = [
        pluginState, stateKeysAreBytes, theHub, failuresOfOrganisations, grantsBeforeTrials, items, rules, itemUsers, reviews, context,
        removal, bounds, ruleDays,
    ]

    private static let pluginState = SchemaStep(
        number: 1, name: "plugin state",
        sqlite: """
            create table plugin_state (
                plugin text not null,
                key text not null,
                value blob not null,
                changed_ms integer not null,
                primary key (plugin, key)
            ) strict;
            create table plugin_state_usage (
                plugin text primary key,
                keys integer not null check (keys >= 0),
                bytes integer not null check (bytes >= 0)
            ) strict, without rowid;
            """,
        postgreSQL: """
            create table plugin_state (
                plugin text collate "C" not null,
                key bytea not null,
                value bytea not null,
                changed_ms bigint not null,
                primary key (plugin, key)
            );
            create table plugin_state_usage (
                plugin text collate "C" primary key,
                keys bigint not null check (keys >= 0),
                bytes bigint not null check (bytes >= 0)
            );
            """)

    /// Keys may hold U+0000, which PostgreSQL has no text for.
    private static let stateKeysAreBytes = SchemaStep(
        number: 2, name: "plugin state keys are bytes",
        sqlite: """
            create table plugin_state_by_bytes (
                plugin text not null,
                key blob not null,
                value blob not null,
                changed_ms integer not null,
                primary key (plugin, key)
            ) strict;
            insert into plugin_state_by_bytes select plugin, cast(key as blob), value, changed_ms from plugin_state;
            drop table plugin_state;
            alter table plugin_state_by_bytes rename to plugin_state;
            """,
        postgreSQL: "select 1")

    private static let theHub = SchemaStep(
        number: 3, name: "the hub",
        """
        create table counters (name text primary key, value integer not null) strict, without rowid;
        create table hub_settings (name text primary key, value blob not null) strict, without rowid;

        create table users (
            id text primary key, email text not null unique, name text not null, password_hash text,
            is_disabled integer not null, is_hub_administrator integer not null, created_ms integer not null
        ) strict, without rowid;
        create table identities (
            issuer text not null, subject text not null, user_id text not null references users (id) on delete cascade,
            primary key (issuer, subject)
        ) strict, without rowid;
        create index identities_user on identities (user_id);
        create table organisations (
            id text primary key, slug text not null unique, name text not null, created_ms integer not null
        ) strict, without rowid;
        create table memberships (
            organisation text not null references organisations (id) on delete cascade,
            user_id text not null references users (id) on delete cascade,
            role text not null,
            primary key (organisation, user_id)
        ) strict, without rowid;
        create index memberships_user on memberships (user_id);
        create table sessions (
            token_hash blob primary key, user_id text not null references users (id) on delete cascade, csrf_token text not null,
            created_ms integer not null, last_seen_ms integer not null, expires_ms integer not null,
            user_agent text not null, address text not null
        ) strict, without rowid;
        create index sessions_user on sessions (user_id);
        create index sessions_expires on sessions (expires_ms);
        create table api_tokens (
            id text primary key, token_hash blob not null unique, hint text not null, name text not null,
            user_id text not null references users (id) on delete cascade,
            organisation text references organisations (id) on delete cascade,
            scopes text not null, created_ms integer not null, expires_ms integer, last_used_ms integer
        ) strict, without rowid;
        create table one_time_codes (
            hash blob primary key, user_id text not null references users (id) on delete cascade, purpose text not null,
            created_ms integer not null, expires_ms integer not null
        ) strict, without rowid;
        create index one_time_codes_user on one_time_codes (user_id);
        create index one_time_codes_expires on one_time_codes (expires_ms);
        create index api_tokens_user on api_tokens (user_id);
        create index api_tokens_organisation on api_tokens (organisation);

        create table plugins (
            id text primary key, running_version text, waiting_version text, fallback_version text, quarantine text,
            consented_ms integer, installed_ms integer not null, changed_ms integer not null, revision integer not null,
            pinned_version text
        ) strict, without rowid;
        create table plugin_overrides (
            plugin text primary key, is_enabled integer not null, updated_ms integer not null
        ) strict, without rowid;
        create table plugin_enablement (
            plugin text not null, organisation text not null references organisations (id) on delete cascade, is_enabled integer not null,
            primary key (plugin, organisation)
        ) strict, without rowid;
        create index plugin_enablement_organisation on plugin_enablement (organisation);
        create table grants (
            plugin text not null, permission text not null, granted_by text not null, granted_ms integer not null,
            primary key (plugin, permission)
        ) strict, without rowid;
        create table grant_uses (
            plugin text not null, permission text not null, uses integer not null, refusals integer not null, last_used_ms integer,
            primary key (plugin, permission)
        ) strict, without rowid;
        create table plugin_settings (
            plugin text not null, organisation text not null, settings text not null, revision integer not null, changed_ms integer not null,
            primary key (plugin, organisation)
        ) strict;
        create index plugin_settings_organisation on plugin_settings (organisation);
        create table plugin_failures (
            sequence integer primary key, plugin text not null, at_ms integer not null, failure text not null
        ) strict;
        create index plugin_failures_plugin on plugin_failures (plugin, sequence);

        create table secrets (
            organisation text not null, owner text not null, instance text not null, field text not null,
            key_id text not null, wrapped_key blob not null, sealed blob not null, changed_ms integer not null,
            primary key (organisation, owner, instance, field)
        ) strict;
        create index secrets_owner on secrets (owner);
        create index secrets_key on secrets (key_id);

        create table journal (
            sequence integer primary key, event_id text not null unique, event_type text not null, event_version text not null,
            at_ms integer not null, source text not null, correlation_id text not null, organisation text, data text not null
        ) strict;
        create index journal_type on journal (event_type, sequence);
        create index journal_organisation on journal (organisation, sequence);
        create table journal_cursors (name text primary key, sequence integer not null) strict, without rowid;
        create table audit (
            sequence integer primary key, at_ms integer not null, actor text not null, actor_name text not null, organisation text,
            action text not null, subject text not null, outcome text not null, address text, detail text not null
        ) strict;
        create index audit_actor on audit (actor, sequence);
        create index audit_action on audit (action, sequence);
        create index audit_subject on audit (subject, sequence);
        create index audit_organisation on audit (organisation, sequence);
        create index audit_at on audit (at_ms);
        create table request_answers (
            principal text not null, key text not null, request_hash blob not null, status integer not null, headers text not null,
            body blob not null, at_ms integer not null,
            primary key (principal, key)
        ) strict;
        create index request_answers_at on request_answers (at_ms);
        """)

    /// Whose failure it was, so that an organisation may read its own. Those from before are nobody's.
    private static let failuresOfOrganisations = SchemaStep(
        number: 4, name: "failures of organisations",
        """
        alter table plugin_failures add column organisation text references organisations (id) on delete cascade;
        create index plugin_failures_organisation on plugin_failures (organisation, plugin, sequence);
        """)

    /// What comes back with the version before when a trial fails, also behind a restart.
    private static let grantsBeforeTrials = SchemaStep(
        number: 5, name: "grants before trials", "alter table plugins add column fallback_grants text;")
}
