import TunedRecords

/// Events of a study's log that its sampler has not been shown yet, for who goes through the log again.
///
/// A running study shows its sampler an event as soon as it has a number, and the trials of a batch already when they are
/// asked for: before their own event, and before those that came while the batch ran. What a suggestion follows from is
/// kept in the log as `askedAfter`, so the order can be found again: events up to there first, then the batch's trials.
struct EventBacklog {
    private var events: ArraySlice<Event> = []

    /// Takes the log's next event, and shows what the study's sampler had seen when it was asked for.
    mutating func take(_ event: Event, showing feed: inout SamplerFeed) {
        switch event.payload {
        case .trialAsked(let asked):
            show(upTo: asked.askedAfter, to: &feed)
        case .batchRun(let batch):
            show(upTo: batch.askedAfter, to: &feed)
            for trial in batch.trials {
                feed.showAhead(trial, batch.configurations[trial - batch.first], ofBatch: batch.first)
            }
        default: break
        }
        events.append(event)
    }

    mutating func append(_ event: Event) { events.append(event) }

    /// Shows events up to this one.
    mutating func show(upTo sequence: EventSequence, to feed: inout SamplerFeed) {
        while let event = events.first, event.sequence <= sequence {
            feed.observe(event.payload, at: event.sequence)
            events.removeFirst()
        }
    }

    mutating func showAll(to feed: inout SamplerFeed) { show(upTo: .max, to: &feed) }
}
