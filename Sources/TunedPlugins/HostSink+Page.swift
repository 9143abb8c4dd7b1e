import CTunedWorker
import Glibc

extension HostSink {
    /// Adds a metric report to the page, on any thread. A full page is waited for: nothing is dropped, and the daemon, which was told at
    /// half, reads by itself every few milliseconds.
    func report(_ metric: UInt32, step: Int64, value: Double) {
        while true {
            switch tuned_page_report(page, metric, step, value) {
            case TUNED_REPORT_KEPT: return
            case TUNED_REPORT_HALF: return doorbell()
            default: usleep(100)
            }
        }
    }

    var isToldToStop: Bool { tuned_page_stop(page) != 0 }
}
