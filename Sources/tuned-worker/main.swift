// tuned-worker: the process that plugin code runs in. Started by the daemon, which talks to it in frames over pipes and
// through a shared page; it has no server and no database. By hand it only times calls (`bench-call`).

import Glibc

if CommandLine.arguments.dropFirst().first == CallBench.verb { CallBench.main(Array(CommandLine.arguments.dropFirst(2))) }
guard let surroundings = Surroundings() else {
    complain("is started by tuned and does nothing by itself; the command for people is `tuned`")
    exit(64)
}
surroundings.endWithDaemon()
serve(surroundings)
