import TunedRecords

/// Who had how much: the accounts by which studies take turns.
///
/// Each study's account grows by the part of the machine that it holds, times seconds, divided by its weight; the study
/// with the smallest account comes next. This is start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996), whose
/// virtual time is here the largest account of a study that holds something: a study that comes new starts level with
/// those that run, neither owed the time before it came nor in debt.
struct FairShare {
    private struct Account {
        var weight: Double
        /// Machine-seconds by weight, up to the moment `settled`.
        var usage = 0.0
        var settled: Double
        /// Parts of the machine held now, summed.
        var held = 0.0
        var holds = 0
        var waits = 0

        func usage(at now: Double) -> Double { usage + held * max(0, now - settled) / weight }

        mutating func settle(_ now: Double) {
            usage = usage(at: now)
            settled = now
        }
    }

    /// Charged at each grant, in seconds, so that trials too short for the clock take turns too.
    private static let leastHold = 0.001

    private var accounts: [StudyID: Account] = [:]
    private var virtualTime = 0.0
    /// The most that one grant cost so far: what a study may be behind without having asked.
    private var largestCharge = 0.0
    private var active = 0

    init() {}

    func usage(of study: StudyID, at now: Double) -> Double { accounts[study]?.usage(at: now) ?? virtualTime }

    /// A request joins the queue.
    mutating func asks(_ study: StudyID, weight: Double, at now: Double) {
        advance(to: now)
        if var account = accounts[study] {
            account.settle(now)
            account.weight = weight
            if account.holds + account.waits == 0 { active += 1 }
            // A study that asks for less than its share does not save up the rest. One grant's worth stays, so that the
            // weights hold among studies that ask anew after each grant.
            if account.waits == 0 { account.usage = max(account.usage, virtualTime - largestCharge) }
            account.waits += 1
            accounts[study] = account
        } else {
            accounts[study] = Account(weight: weight, usage: virtualTime, settled: now, waits: 1)
            active += 1
        }
    }

    /// A request leaves the queue without a grant.
    mutating func withdraws(_ study: StudyID) {
        accounts[study]?.waits -= 1
        forgetIfIdle(study)
    }

    /// A request leaves the queue with a grant of this part of the machine.
    mutating func starts(_ study: StudyID, share: Double, at now: Double) {
        guard var account = accounts[study] else { return }
        account.settle(now)
        account.usage += share * Self.leastHold / account.weight
        account.held += share
        account.waits -= 1
        account.holds += 1
        accounts[study] = account
    }

    /// A grant of this part of the machine, made at `since`, is over.
    mutating func ends(_ study: StudyID, share: Double, since: Double, at now: Double) {
        guard var account = accounts[study] else { return }
        account.settle(now)
        virtualTime = max(virtualTime, account.usage)
        largestCharge = max(largestCharge, share * max(Self.leastHold, now - since) / account.weight)
        account.holds -= 1
        // Sums of fractions do not come back to 0 by themselves.
        account.held = account.holds == 0 ? 0 : max(0, account.held - share)
        accounts[study] = account
        forgetIfIdle(study)
    }

    private mutating func advance(to now: Double) {
        for account in accounts.values where account.holds > 0 {
            virtualTime = max(virtualTime, account.usage(at: now))
        }
    }

    private mutating func forgetIfIdle(_ study: StudyID) {
        guard let account = accounts[study], account.holds + account.waits == 0 else { return }
        active -= 1
        if active == 0 {
            accounts.removeAll(keepingCapacity: true)
            virtualTime = 0
            largestCharge = 0
        } else if accounts.count > 2 * active + 32 {
            // Over months a busy daemon sees more studies than it should remember.
            accounts = accounts.filter { $0.value.holds + $0.value.waits > 0 }
        }
    }
}
