/// The parts of the hub that commands drive, each behind a protocol of the command that needs it.
package struct Services: Sendable {
    package var pluginCalls: any PluginCalling
    package var machine: any MachineExamining
    package var signals: any SignalLoading
    package var ruleSignals: any RuleSignalLoading
    /// A reader of packages for one command; it may hold workers and unpacked archives until it is told to finish.
    package var packages: @Sendable () -> any PackageReadingService

    package init(
        pluginCalls: any PluginCalling, machine: any MachineExamining, signals: any SignalLoading,
        ruleSignals: any RuleSignalLoading,
        packages: @escaping @Sendable () -> any PackageReadingService
    ) {
        self.pluginCalls = pluginCalls
        self.machine = machine
        self.signals = signals
        self.ruleSignals = ruleSignals
        self.packages = packages
    }

    package static let real = Services(
        pluginCalls: PluginCallRunner(), machine: MachineExaminer(), signals: SignalRunner(), ruleSignals: RuleSignalRunner(),
        packages: { PackageReadingRunner() })
}
