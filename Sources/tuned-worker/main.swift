// tuned-worker: the process that plugin code runs in. Started by the daemon, which talks to it in frames over pipes and
// through a shared page; it has no server, no database and no options of its own.

import Glibc

guard let surroundings = Surroundings() else {
    complain("is started by tuned and does nothing by itself; the command for people is `tuned`")
    exit(64)
}
surroundings.endWithDaemon()
serve(surroundings)
