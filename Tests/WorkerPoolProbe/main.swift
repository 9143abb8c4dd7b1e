// A process that owns a worker pool, for tests that look at one from outside and for measuring:
//
//     WorkerPoolProbe crashes PLUGIN COUNT     crashes COUNT workers; prints workers started, descriptors before and after
//     WorkerPoolProbe die PLUGIN               prints a running worker's number, and kills itself
//     WorkerPoolProbe rate PLUGIN SLOTS COUNT  makes COUNT attempts in each slot; prints attempts a second

import Glibc

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    print("usage: WorkerPoolProbe crashes PLUGIN COUNT | die PLUGIN | rate PLUGIN SLOTS COUNT")
    exit(64)
}
let owner = try PoolOwner(plugin: arguments[2])
switch arguments[1] {
case "crashes": owner.crash(Int(arguments[3]) ?? 1)
case "die": owner.die()
default: owner.measure(slots: Int(arguments[3]) ?? 1, count: Int(arguments[4]) ?? 1)
}
