# bash completion for patchbay; source it, or save it as patchbay in a completions folder.
_patchbay() {
    local current="${COMP_WORDS[COMP_CWORD]}" previous="" path="" words="" options="" kind="" word index
    (( COMP_CWORD > 0 )) && previous="${COMP_WORDS[COMP_CWORD - 1]}"
    for (( index = 1; index < COMP_CWORD; index++ )); do
        word="${COMP_WORDS[index]}"
        case "$path/$word" in
            "/serve") path="serve" ;;
            "/run") path="run" ;;
            "/plugin") path="plugin" ;;
            "plugin/call") path="plugin call" ;;
            "plugin/validate") path="plugin validate" ;;
            "plugin/inspect") path="plugin inspect" ;;
            "plugin/install") path="plugin install" ;;
            "plugin/list") path="plugin list" ;;
            "plugin/versions") path="plugin versions" ;;
            "plugin/update") path="plugin update" ;;
            "plugin/rollback") path="plugin rollback" ;;
            "plugin/remove") path="plugin remove" ;;
            "plugin/verify") path="plugin verify" ;;
            "plugin/enable") path="plugin enable" ;;
            "plugin/disable") path="plugin disable" ;;
            "plugin/pack") path="plugin pack" ;;
            "plugin/sign") path="plugin sign" ;;
            "/config") path="config" ;;
            "config/check") path="config check" ;;
            "/rule") path="rule" ;;
            "rule/test") path="rule test" ;;
            "/schema") path="schema" ;;
            "schema/check") path="schema check" ;;
            "schema/test") path="schema test" ;;
            "/admin") path="admin" ;;
            "admin/users") path="admin users" ;;
            "admin/create-user") path="admin create-user" ;;
            "admin/reset-password") path="admin reset-password" ;;
            "admin/backup") path="admin backup" ;;
            "admin/oidc-secret") path="admin oidc-secret" ;;
            "admin/vault") path="admin vault" ;;
            "admin vault/status") path="admin vault status" ;;
            "admin vault/add-key") path="admin vault add-key" ;;
            "admin vault/rotate") path="admin vault rotate" ;;
            "admin vault/retire") path="admin vault retire" ;;
            "/doctor") path="doctor" ;;
            "/help") path="help" ;;
            "/completions") path="completions" ;;
        esac
    done
    case "$path" in
        "") words="serve run plugin config rule schema admin doctor help completions" options="--help --version" ;;
        "serve")
            words="" options="--data --host --port --database --public-url --trust-proxy --page-suffix --store --config --as --seed --allow-degraded --no-backup --log-json --help"
            case "$previous" in
                --data) kind=directory ;;
                --host) kind=value ;;
                --port) kind=value ;;
                --database) kind=value ;;
                --public-url) kind=value ;;
                --trust-proxy) kind=value ;;
                --page-suffix) kind=value ;;
                --store) kind=directory ;;
                --config) kind=file ;;
                --as) words="patchbay forgeportal coop" ;;
                --seed) kind=directory ;;
            esac
            ;;
        "run")
            words="" options="--config --corpus --signal --threshold --limit --show --grant --time-limit --memory-limit --allow-degraded --json --quiet --help"
            case "$previous" in
                --config) kind=file ;;
                --corpus) kind=directory ;;
                --signal) kind=value ;;
                --threshold) kind=value ;;
                --limit) kind=value ;;
                --show) words="examples matches all" ;;
                --grant) kind=value ;;
                --time-limit) kind=value ;;
                --memory-limit) kind=value ;;
            esac
            ;;
        "plugin") words="call validate inspect install list versions update rollback remove verify enable disable pack sign" options="--help" ;;
        "plugin call")
            words="" options="--grant --config --time-limit --memory-limit --state --allow-degraded --json --quiet --verbose --help"
            case "$previous" in
                --grant) kind=value ;;
                --config) kind=file ;;
                --time-limit) kind=value ;;
                --memory-limit) kind=value ;;
                --state) kind=file ;;
            esac
            ;;
        "plugin validate")
            words="" options="--format --platform --all --json --quiet --help"
            case "$previous" in
                --format) words="patchbay coop coco made-open forgeportal" ;;
                --platform) words="macos linux windows" ;;
            esac
            ;;
        "plugin inspect")
            words="" options="--format --platform --data --json --help"
            case "$previous" in
                --format) words="patchbay coop coco made-open forgeportal" ;;
                --platform) words="macos linux windows" ;;
                --data) kind=directory ;;
            esac
            ;;
        "plugin install")
            words="" options="--from --as --link --integrity --allow-unsigned --allow-other-key --platform --dry-run --data --json --quiet --hub --token --help"
            case "$previous" in
                --from) kind=file ;;
                --as) words="patchbay forgeportal coop" ;;
                --integrity) kind=value ;;
                --platform) words="macos linux windows" ;;
                --data) kind=directory ;;
                --hub) kind=value ;;
                --token) kind=value ;;
            esac
            ;;
        "plugin list")
            words="" options="--data --json --hub --token --help"
            case "$previous" in
                --data) kind=directory ;;
                --hub) kind=value ;;
                --token) kind=value ;;
            esac
            ;;
        "plugin versions")
            words="" options="--data --json --help"
            case "$previous" in
                --data) kind=directory ;;
            esac
            ;;
        "plugin update")
            words="" options="--yes --integrity --allow-unsigned --allow-other-key --platform --dry-run --data --json --help"
            case "$previous" in
                --integrity) kind=value ;;
                --platform) words="macos linux windows" ;;
                --data) kind=directory ;;
            esac
            ;;
        "plugin rollback")
            words="" options="--to --data --json --help"
            case "$previous" in
                --to) kind=value ;;
                --data) kind=directory ;;
            esac
            ;;
        "plugin remove")
            words="" options="--version --forget-publisher --dry-run --data --json --help"
            case "$previous" in
                --version) kind=value ;;
                --data) kind=directory ;;
            esac
            ;;
        "plugin verify")
            words="" options="--data --json --help"
            case "$previous" in
                --data) kind=directory ;;
            esac
            ;;
        "plugin enable")
            words="" options="--hub --token --json --help"
            case "$previous" in
                --hub) kind=value ;;
                --token) kind=value ;;
            esac
            ;;
        "plugin disable")
            words="" options="--hub --token --json --help"
            case "$previous" in
                --hub) kind=value ;;
                --token) kind=value ;;
            esac
            ;;
        "plugin pack")
            words="" options="--output --force --json --help"
            case "$previous" in
                --output) kind=file ;;
            esac
            ;;
        "plugin sign")
            words="" options="--key --new-key --publisher --json --help"
            case "$previous" in
                --key) kind=file ;;
                --publisher) kind=value ;;
            esac
            ;;
        "config") words="check" options="--help" ;;
        "config check")
            words="" options="--as --data --json --quiet --help"
            case "$previous" in
                --as) words="patchbay forgeportal coop" ;;
                --data) kind=directory ;;
            esac
            ;;
        "rule") words="test" options="--help" ;;
        "rule test")
            words="" options="--integrations --config --grant --time-limit --memory-limit --allow-degraded --json --quiet --help"
            case "$previous" in
                --integrations) kind=file ;;
                --config) kind=file ;;
                --grant) kind=value ;;
                --time-limit) kind=value ;;
                --memory-limit) kind=value ;;
            esac
            ;;
        "schema") words="check test" options="--help" ;;
        "schema check")
            words="" options="--draft --remotes --formats --json --help"
            case "$previous" in
                --draft) words="2020-12 7" ;;
                --remotes) kind=directory ;;
            esac
            ;;
        "schema test")
            words="" options="--remotes --optional --json --help"
            case "$previous" in
                --remotes) kind=directory ;;
            esac
            ;;
        "admin") words="users create-user reset-password backup oidc-secret vault" options="--help" ;;
        "admin users")
            words="" options="--data --database --json --help"
            case "$previous" in
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin create-user")
            words="" options="--name --administrator --organisation --role --public-url --data --database --json --help"
            case "$previous" in
                --name) kind=value ;;
                --organisation) kind=value ;;
                --role) words="viewer developer team-admin template-admin platform-admin" ;;
                --public-url) kind=value ;;
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin reset-password")
            words="" options="--public-url --data --database --json --help"
            case "$previous" in
                --public-url) kind=value ;;
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin backup")
            words="" options="--data --database --json --help"
            case "$previous" in
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin oidc-secret")
            words="" options="--data --database --json --help"
            case "$previous" in
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin vault") words="status add-key rotate retire" options="--help" ;;
        "admin vault status")
            words="" options="--data --database --json --help"
            case "$previous" in
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin vault add-key")
            words="" options="--data --database --json --help"
            case "$previous" in
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin vault rotate")
            words="" options="--data --database --json --help"
            case "$previous" in
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "admin vault retire")
            words="" options="--data --database --json --help"
            case "$previous" in
                --data) kind=directory ;;
                --database) kind=value ;;
            esac
            ;;
        "doctor")
            words="" options="--json --help"
            ;;
        "help")
            words="serve run plugin config rule schema admin doctor help completions formats permissions sandbox exit-codes" options="--help"
            ;;
        "completions")
            words="bash" options="--help"
            ;;
    esac
    case "$kind" in
        file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        directory) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
        value) return ;;
    esac
    if [[ "$current" == -* ]]; then words="$options"; fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    if [[ "$current" != -* && ${#COMPREPLY[@]} -eq 0 && -z "$words" ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$current"); fi
}
complete -o filenames -F _patchbay patchbay
