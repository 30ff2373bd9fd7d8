/// The parts of the hub that commands drive, each behind a protocol of the command that needs it.
package struct Services: Sendable {
    package var pluginCalls: any PluginCalling
    package var machine: any MachineExamining
    package var signals: any SignalLoading

    package init(pluginCalls: any PluginCalling, machine: any MachineExamining, signals: any SignalLoading) {
        self.pluginCalls = pluginCalls
        self.machine = machine
        self.signals = signals
    }

    package static let real = Services(pluginCalls: PluginCallRunner(), machine: MachineExaminer(), signals: SignalRunner())
}
