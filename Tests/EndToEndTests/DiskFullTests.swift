import Testing
import TunedSpace
import TunedTestSupport

/// A disk that fills up: what cannot be kept is not acknowledged, the daemon stays, says so, and goes on when there is room.
@Suite(.timeLimit(.minutes(5))) struct DiskFullTests {
    @Test func nothingIsLostAndTheStudyGoesOn() async throws {
        try await Lab.with { lab in
            let script = try lab.file(
                "full.sh",
                """
                set -e
                mkdir -p '\(lab.home)'
                mount -t tmpfs -o size=64m,mode=700 tmpfs '\(lab.home)' || exit 77
                T='timeout 60 \(TestPlugins.executable("tuned"))'
                $T load '\(TestPlugins.path("noop"))' >&2
                $T run noop --trainable noop --trials 300 --sampler random --study s --json
                dd if=/dev/zero of='\(lab.home)/filler' bs=4k 2>/dev/null || true
                $T run noop --trainable noop --trials 100000 --sampler random --study t --detach >&2 && echo "created" || echo "refused $?"
                sleep 1
                $T status --json
                $T best s --json >&2
                rm '\(lab.home)/filler'
                for attempt in $(seq 100); do
                    $T status --json | grep -q '"writable":true' && break
                    sleep 0.1
                done
                $T status --json
                $T enqueue s x=0.5 >&2 || true
                $T verify s --json
                $T serve --stop >&2
                """)
            // A mount of one's own needs a user namespace, which some containers forbid.
            let run = try await lab.shell("unshare --user --map-root-user --mount sh '\(script)'")
            if run.status == 77 || run.error.contains("unshare") {
                print("DiskFullTests: no mounts in a user namespace here, so this was not tried: \(run.error)")
                return
            }
            #expect(run.status == 0, "\(run.error)")
            let lines = run.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 5, "\(run.output)\n\(run.error)")
            #expect(try JSONValue(parsing: lines[0])["complete"]?.integerValue == 300)
            let full = try JSONValue(parsing: lines[2])["storage"]
            #expect(full?["writable"]?.booleanValue == false)
            #expect(full?["trouble"]?.stringValue?.isEmpty == false)
            #expect(try JSONValue(parsing: lines[3])["storage"]?["writable"]?.booleanValue == true)
            #expect(try JSONValue(parsing: lines[4])["verified"]?.booleanValue == true)
        }
    }
}
