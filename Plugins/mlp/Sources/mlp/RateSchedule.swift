import Glibc

/// What is left of the learning rate in an epoch.
enum RateSchedule {
    case constant
    /// `factor` less every so many epochs.
    case step(epochs: Int, factor: Double)
    /// Half a wave of the cosine from 1 to `floor` (Loshchilov and Hutter 2017, equation 5, without restarts).
    case cosine(floor: Double)

    /// - Parameter epoch: from 1 to `total`.
    func factor(epoch: Int, of total: Int) -> Double {
        switch self {
        case .constant: return 1
        case .step(let epochs, let factor): return pow(factor, Double((epoch - 1) / epochs))
        case .cosine(let floor):
            let progress = min(1, Double(epoch - 1) / Double(total))
            return floor + (1 - floor) * (1 + cos(.pi * progress)) / 2
        }
    }
}
