import TunedRecords
import TunedSlots
import TunedSpace

/// What people and outside programs ask of a study. All on `queue`; each returns the event that must be durable before the
/// answer leaves, and throws what to tell them instead.
extension StudyDriver {
    func pause(because why: String = "paused") throws(EngineError) -> EventSequence {
        try require(.running, "pause")
        state = .paused
        reason = why
        for identifier in requests { surroundings.slots.withdraw(identifier) }
        requests = []
        stopTiming()
        return record([.studyStateChanged(.paused, reason: why)])
    }

    /// Its plugin crashed too often: nothing new of it begins.
    func quarantine(_ plugin: LoadedPlugin) {
        guard state == .running, blueprint?.plugin.hash == plugin.image.hash, let quarantine = plugin.quarantine else { return }
        _ = try? pause(because: "\(Quarantine.pausedPrefix): \(quarantine.text(of: plugin.name))")
    }

    /// Goes on with what a quarantine paused, now that the plugin may run.
    private func leaveQuarantine() {
        guard state == .paused, reason.hasPrefix(Quarantine.pausedPrefix) else { return }
        _ = try? resume(nil)
    }

    /// Goes on after a pause, a stop or a completion; with new rules where they are given.
    func resume(_ changed: StopRules?, allowsChangedData: Bool = false) throws(EngineError) -> EventSequence {
        if isDeleted { throw EngineError(.notFound, "study \(slug) was deleted") }
        guard state != .running else {
            guard let changed else { throw EngineError(.conflict, "study \(slug) is running already") }
            rules = changed
            ending = nil
            let sequence = record([.stopRulesChanged(rules: changed.json.text())])
            startTiming()
            checkRules()
            fill()
            return sequence
        }
        guard outside.openUse == nil, !outside.isPreparing else {
            throw EngineError(.conflict, "study \(slug) is being finalized: go on with it when that has ended (`tuned show \(slug)`)")
        }
        try checkInProcess()
        try checkData(allowed: allowsChangedData)
        guard blueprint != nil || declaration.plugin == nil else {
            throw EngineError(
                .plugin,
                "study \(slug) cannot go on: the copy of its plugin \(declaration.plugin?.name ?? "") or of its data is gone; load the same file again")
        }
        if let hash = blueprint?.plugin.hash, let plugin = surroundings.plugins.loaded(hash: hash), let quarantine = plugin.quarantine {
            throw EngineError(.conflict, "study \(slug) cannot go on: \(quarantine.text(of: plugin.name))")
        }
        let next = changed ?? rules
        if state == .completed {
            guard next.allowAsking(stopping, objective: declaration.objectives.first), !isExhausted else {
                throw EngineError(
                    .conflict,
                    "study \(slug) is complete: \(reason). Give it more to do, as in `tuned resume \(slug) --trials \(stopping.tried + 100)`")
            }
        }
        var events: [EventPayload] = []
        if changed != nil { events.append(.stopRulesChanged(rules: next.json.text())) }
        events.append(.studyStateChanged(.running, reason: ""))
        rules = next
        ending = nil
        failedBeforeResume = counts.failed
        state = .running
        reason = ""
        record(events)
        adoptSampler()
        startTiming()
        checkRules()
        fill()
        return position
    }

    func stop() throws(EngineError) -> EventSequence {
        let hadOutside = stopOutside(.cancelled)
        guard state.mayBecome(.stopped) else {
            if hadOutside { return position }
            throw EngineError(.conflict, "study \(slug) is \(state.name) already")
        }
        end(as: .stopped, because: "stopped by a person")
        return position
    }

    /// The tombstone. Attempts under way are ended; what they still bring is dropped.
    func delete() throws(EngineError) -> EventSequence {
        if isDeleted { throw EngineError(.notFound, "study \(slug) was deleted") }
        isDeleted = true
        stopOutside(.cancelled)
        if state == .running || state == .paused { end(as: .stopped, because: "deleted") }
        surroundings.folders.remove(study: id)
        return record([.studyDeleted])
    }

    func enqueue(_ values: [Int: ParameterValue]) throws(EngineError) -> EventSequence {
        guard state == .running || state == .paused else {
            throw EngineError(.conflict, "study \(slug) is \(state.name); `tuned resume \(slug)` first")
        }
        if let trials = rules.trials, stopping.tried + wishes.count >= trials {
            throw EngineError(
                .conflict,
                "the \(trials) trials of study \(slug) are all spoken for; allow more first: `tuned resume \(slug) --trials \(trials + 1)`")
        }
        let sequence = record([.enqueued(values: values)])
        wishes.append((sequence, values))
        fill()
        return sequence
    }

    func ask() throws(EngineError) -> (AskedTrial, EventSequence) {
        try require(.running, "ask for a trial of")
        if let trouble = surroundings.store.trouble { throw EngineError(trouble) }
        guard mayAsk || mayReplicate else {
            throw EngineError(.conflict, "study \(slug) asks for no more trials: \(ending ?? "its \(rules.trials ?? 0) trials are asked for")")
        }
        guard let asked = takeNext(isExternal: true) else {
            settle()
            throw EngineError(.conflict, "every configuration of the space of study \(slug) was tried")
        }
        let sequence = record([.trialAsked(asked)])
        let trial = AskedTrial(
            number: asked.trial, configuration: asked.configuration, space: declaration.space, askedAfter: asked.askedAfter)
        return (trial, sequence)
    }

    /// Calls `body` once the next number may be given to a trial that is not of a batch: trials enter the log in the order of
    /// their numbers, and a batch only when it has ended.
    func whenNumbered(_ body: @escaping () -> Void) {
        if batches.isEmpty { body() } else { numberWaiters.append(body) }
    }

    func tell(_ number: Int, _ result: ToldResult) throws(EngineError) -> EventSequence {
        let trial = try externalTrial(number)
        var verdict: TrialEnded
        switch result {
        case .values(let values, let constraints):
            guard values.count == declaration.objectives.count else {
                let names = declaration.objectives.map(\.name).joined(separator: ", ")
                throw EngineError(
                    .invalid, "\(values.count) values were told for \(declaration.objectives.count) objectives (\(names))", path: "values")
            }
            guard let bad = values.firstIndex(where: { !$0.isFinite }) else {
                // A study without a plugin has no metrics but its objectives.
                var metrics = [Double](repeating: .nan, count: declaration.schema.metrics.count)
                for (objective, value) in zip(declaration.objectives, values) { metrics[objective.metric] = value }
                let told = bounds.filter { !metrics[$0.metric].isNaN }
                try check(constraints)
                let run = TrialResult.Run(metrics: metrics, constraints: constraints)
                verdict = TrialEnded(trial: number, TrialResult(of: [run], objectives: declaration.objectives, bounds: told))
                break
            }
            throw EngineError(
                .invalid, "the value of \(declaration.objectives[bad].name) is \(values[bad]), not a number; tell a failure instead",
                path: "values[\(bad)]")
        case .failed(let why):
            verdict = TrialEnded(
                trial: number, state: .failed, values: [], failure: Failure(kind: .told, message: why))
        case .pruned:
            verdict = trial.pruned
        }
        // It was told to end, and told what there was.
        if trial.pruning != nil, verdict.state == .complete {
            verdict = TrialEnded(trial: number, state: .pruned, values: verdict.values, step: trial.lastReport?.step)
        }
        close(verdict)
        pace.count(at: surroundings.clock.monotonicSeconds())
        record([.trialEnded(verdict)])
        let sequence = position
        checkRules()
        fill()
        return sequence
    }

    private func check(_ told: [ConstraintValue]) throws(EngineError) {
        guard told.count <= ConstraintValue.countLimit else {
            throw EngineError(.invalid, "\(told.count) constraints; a trial has at most \(ConstraintValue.countLimit)", path: "constraints")
        }
        for constraint in told {
            guard 1...ConstraintValue.nameLimit ~= constraint.name.utf8.count else {
                throw EngineError(
                    .invalid, "a constraint's name has 1 to \(ConstraintValue.nameLimit) bytes: \"\(constraint.name.prefix(40))\"", path: "constraints")
            }
            guard constraint.value.isFinite else {
                throw EngineError(
                    .invalid, "the constraint \(constraint.name) is \(constraint.value), not a number; leave out what is not known",
                    path: "constraints.\(constraint.name)")
            }
        }
    }

    /// Takes a report of a trial that an outside program runs; true where the trial should end.
    func report(_ number: Int, _ report: MetricReport) throws(EngineError) -> (EventSequence, Bool) {
        var trial = try externalTrial(number)
        if let trouble = surroundings.store.trouble { throw EngineError(trouble) }
        let names = declaration.schema.metrics.map(\.name)
        guard names.indices.contains(report.metric) else {
            throw EngineError(.invalid, "study \(slug) has no metric \(report.metric)", path: "metric")
        }
        trial.note(report, objective: declaration.objectives.first)
        active[number] = trial
        let sequence = record([.reported(trial: number, run: RunKey(fold: 0), report)])
        judge(number)
        let isPruned = active[number]?.pruning != nil
        return (isPruned ? position : sequence, isPruned || state != .running && state != .paused || ending != nil)
    }

    /// A trial that an outside program asked for and has not told of.
    private func externalTrial(_ number: Int) throws(EngineError) -> ActiveTrial {
        guard let trial = active[number] else {
            throw number >= 0 && number < nextTrial
                ? EngineError(.conflict, "trial \(slug)/\(number) has ended already; its result stands")
                : EngineError(.notFound, "study \(slug) has no trial \(number)")
        }
        guard trial.isExternal else {
            throw EngineError(.conflict, "trial \(slug)/\(number) is run by the daemon; only trials from `tuned ask` are told")
        }
        return trial
    }

    /// New attempts run the plugin's new content from here on, where its schema has stayed the same.
    func replacePlugin(_ plugin: LoadedPlugin) {
        guard let reference = declaration.plugin, reference.name == plugin.name, let old = blueprint,
            state == .running || state == .paused
        else { return }
        guard old.plugin.hash != plugin.image.hash else { return leaveQuarantine() }
        guard plugin.trainable(reference.trainable)?.schema == declaration.schema else {
            record([
                .noted(
                    text: "plugin \(plugin.name) was loaded again with another schema; this study stays with \(old.plugin.hash.prefix(12))")
            ])
            return
        }
        guard surroundings.plugins.mayRun(plugin, reference.trainable, declaration.specification.isolation) else {
            record([
                .noted(
                    text: "plugin \(plugin.name) was loaded again; inside the daemon this study stays with \(old.plugin.hash.prefix(12)) until `tuned check \(plugin.path)` has passed and it is loaded once more")
            ])
            return
        }
        blueprint = WorkerBlueprint(
            plugin: plugin.image, trainable: old.trainable, schema: old.schema, space: old.space, config: old.config,
            dataPath: old.dataPath, folds: old.folds, requiredMetrics: old.requiredMetrics, environment: old.environment)
        leaveQuarantine()
    }

    /// Ends attempts so that the next daemon makes them again.
    func shutDown() {
        isShuttingDown = true
        for identifier in requests { surroundings.slots.withdraw(identifier) }
        requests = []
        for running in underWay.values { running.stop(.shutdown) }
        stopOutside(.shutdown)
    }

    private func require(_ wanted: StudyState, _ verb: String) throws(EngineError) {
        guard state == wanted else {
            throw EngineError(.conflict, "cannot \(verb) study \(slug): it is \(state.name)\(reason.isEmpty || reason == state.name ? "" : " (\(reason))")")
        }
    }
}

extension EngineError {
    init(_ error: StoreError) {
        self.init(.storage, error.message, underlying: error.underlying)
    }
}
