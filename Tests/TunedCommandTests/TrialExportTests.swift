import Testing
import TunedSpace
import tuned

@Suite struct TrialExportTests {
    @Test func fieldsAreQuotedWhereTheyNeedIt() throws {
        let csv = TrialExport.CSV(objectives: ["error"], parameters: ["kernel", "C"])
        let trial = try JSONValue(
            parsing: #"""
                {"number": 3, "state": "failed", "values": [], "configuration": {"C": 0.1},
                 "started_at": 5, "failure": {"message": "said \"no\",\r\nthen died"}, "constraints": {"mb": -2}}
                """#)
        #expect(csv.header == "number,state,value_error,param_kernel,param_C,duration,started_at,failure,constraints\r\n")
        #expect(csv.row(of: trial) == "3,failed,,,0.1,,5,\"said \"\"no\"\",\r\nthen died\",\"{\"\"mb\"\":-2}\"\r\n")
    }

    @Test func numbersAreExact() throws {
        let csv = TrialExport.CSV(objectives: ["error"], parameters: [])
        let trial = try JSONValue(parsing: #"{"number": 0, "state": "complete", "values": [0.1234567890123456789]}"#)
        let field = csv.row(of: trial).split(separator: ",", omittingEmptySubsequences: false)[2]
        #expect(Double(field) == 0.1234567890123456789)
    }
}
