internal import Worker

WorkerProcess.main(CommandLine.arguments)
