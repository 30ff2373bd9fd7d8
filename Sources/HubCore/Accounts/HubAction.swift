/// Something a person or a token may be allowed to do. The raw values are what the API, token scopes and ForgePortal's manifests say.
package enum HubAction: String, Sendable, Hashable, CaseIterable {
    // What ForgePortal's plugins and pages ask for by name.
    case catalogRead = "catalog:read"
    case catalogWrite = "catalog:write"
    case catalogDelete = "catalog:delete"
    case actionRead = "action:read"
    case actionRun = "action:run"
    case actionApprove = "action:approve"
    case templateRead = "template:read"
    case templateWrite = "template:write"
    case templateRun = "template:run"
    case docsRead = "docs:read"
    case scorecardRead = "scorecard:read"
    case scorecardWrite = "scorecard:write"
    case auditRead = "audit:read"
    case adminPlugins = "admin:plugins"
    case adminUsers = "admin:users"
    case adminSettings = "admin:settings"

    // The hub's own.
    case pluginRead = "plugin:read"
    case pluginCall = "plugin:call"
    /// Settings and secrets of an organisation's plugins: Coop's MANAGE_ORG.
    case organisationManage = "organisation:manage"
    case organisationMembers = "organisation:members"
    case ruleRead = "rule:read"
    case ruleWrite = "rule:write"
    case rulePublish = "rule:publish"
    case itemSubmit = "item:submit"
    /// Looking after what waits in review queues.
    case itemReview = "item:review"
    case dataRead = "data:read"
    case dataWrite = "data:write"
    case inboxRead = "inbox:read"
    case inboxReply = "inbox:reply"
    case connectorRun = "connector:run"
    case journalRead = "journal:read"
    case tokenManage = "token:manage"

    /// The least role that may do it in its organisation.
    package var leastRole: Role {
        switch self {
        case .catalogRead, .actionRead, .templateRead, .docsRead, .scorecardRead, .pluginRead, .ruleRead, .dataRead, .inboxRead,
            .tokenManage:
            .viewer
        case .actionRun, .templateRun, .catalogWrite, .pluginCall, .ruleWrite, .itemSubmit, .itemReview, .inboxReply, .connectorRun:
            .developer
        case .organisationManage, .organisationMembers, .rulePublish, .catalogDelete, .actionApprove, .scorecardWrite, .dataWrite,
            .journalRead:
            .teamAdmin
        case .templateWrite: .templateAdmin
        case .adminPlugins, .adminUsers, .adminSettings, .auditRead: .platformAdmin
        }
    }
}
