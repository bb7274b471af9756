using Waterguard.Coverage;
using Waterguard.Pipeline;
using Xunit;

namespace Waterguard.Tests.Coverage;

/// <summary>What the report expects of identities, mail and hosts: met by whole records, missed when a part is left out on the way.</summary>
public sealed class IdentityTelemetryTests
{
    private const string SignIn = """{"id":"s","createdDateTime":"2026-11-22T10:00:00Z","userPrincipalName":"ines@harbour.example","appId":"2b1e","ipAddress":"203.0.113.9","userAgent":"Mozilla/5.0","signInEventTypes":["interactiveUser"],"status":{"errorCode":0}}""";
    private const string Directory = """{"id":"d","activityDateTime":"2026-11-22T10:00:00Z","activityDisplayName":"Add member to role","loggedByService":"Core Directory","result":"success","initiatedBy":{"user":{"userPrincipalName":"ines@harbour.example"}},"targetResources":[{"id":"t"}]}""";
    private const string Mail = """{"CreationTime":"2026-11-22T10:00:00","Id":"m","Operation":"New-InboxRule","RecordType":1,"ResultStatus":"True","UserId":"ines@harbour.example","Workload":"Exchange","ClientIP":"203.0.113.9","Parameters":[{"Name":"ForwardTo","Value":"x"}]}""";
    private const string Activity = """{"kind":"admin#reports#activity","id":{"time":"2026-11-22T10:00:00Z","uniqueQualifier":"1","applicationName":"admin","customerId":"C"},"actor":{"email":"ines@harbour.example"},"ipAddress":"203.0.113.9","events":[{"type":"USER_SETTINGS","name":"CREATE_USER","parameters":[{"name":"USER_EMAIL","value":"x"}]}]}""";
    private const string Host = """{"name":"pack_quay_process_events","hostIdentifier":"hull-a1","unixTime":1795330581,"action":"added","columns":{"pid":"7","path":"/usr/bin/tide","cmdline":"tide --level"}}""";
    private const string File = """{"name":"pack_quay_file_events","hostIdentifier":"hull-a1","unixTime":1795330581,"action":"added","columns":{"target_path":"/etc/x","action":"UPDATED","sha256":"ab"}}""";

    [Theory]
    [InlineData(SignIn, "\"signInEventTypes\":[\"interactiveUser\"],", "only interactive ones are there")]
    [InlineData(SignIn, "\"ipAddress\":\"203.0.113.9\",", "the address of who signed in")]
    [InlineData(SignIn, "\"userPrincipalName\":\"ines@harbour.example\",", "who signed in")]
    [InlineData(SignIn, ",\"status\":{\"errorCode\":0}", "whether the sign-in succeeded")]
    [InlineData(SignIn, "\"userAgent\":\"Mozilla/5.0\",", "the user agent")]
    [InlineData(Directory, ",\"initiatedBy\":{\"user\":{\"userPrincipalName\":\"ines@harbour.example\"}}", "who changed the directory")]
    [InlineData(Directory, ",\"targetResources\":[{\"id\":\"t\"}]", "what was changed")]
    [InlineData(Mail, "\"UserId\":\"ines@harbour.example\",", "who acted")]
    [InlineData(Mail, "\"ClientIP\":\"203.0.113.9\",", "the address of who acted")]
    [InlineData(Mail, ",\"Parameters\":[{\"Name\":\"ForwardTo\",\"Value\":\"x\"}]", "parameters of commands")]
    [InlineData(Activity, "\"actor\":{\"email\":\"ines@harbour.example\"},", "who acted")]
    [InlineData(Activity, "\"ipAddress\":\"203.0.113.9\",", "the address of who acted")]
    [InlineData(Activity, ",\"parameters\":[{\"name\":\"USER_EMAIL\",\"value\":\"x\"}]", "parameters of events")]
    [InlineData(Host, "\"hostIdentifier\":\"hull-a1\",", "whose result it is")]
    [InlineData(Host, ",\"cmdline\":\"tide --level\"", "command lines of processes")]
    [InlineData(File, ",\"sha256\":\"ab\"", "hashes of changed files")]
    public void What_is_left_out_on_the_way_is_missed_and_whole_records_lack_nothing(string record, string part, string lacks)
    {
        Assert.Empty(Lacking(record));
        Assert.Contains(part, record, StringComparison.Ordinal);
        Assert.Equal([lacks], Lacking(record.Replace(part, "", StringComparison.Ordinal)).Select(l => l.Contains(lacks, StringComparison.Ordinal) ? lacks : l));
    }

    [Fact]
    public void A_value_that_the_vendor_does_not_document_is_told_as_new()
    {
        var source = Report(SignIn.Replace("\"status\"", "\"riskState\":\"berthed\",\"status\"", StringComparison.Ordinal)).Sources.Single();

        Assert.Equal((("riskState", "berthed"), 20L), source.Forms.SelectMany(f => f.Outside).Select(o => (o.Key, o.Value)).Single());
    }

    private static IEnumerable<string> Lacking(string record) => Report(record).Sources.Single().Sums.Where(s => s.Fails).Select(s => s.Expectation.Lacks);

    private static CoverageReport Report(string record)
    {
        using var folder = Repository.Folder();
        var file = folder.Write("x.ndjson", string.Concat(Enumerable.Repeat(record + "\n", 20)));
        return CoverageReport.Make(GenerationLoader.Load(ContentOptions.Default), Telemetry.Load([]), ScanInput.Of([file]), new Progress<long>(), TestContext.Current.CancellationToken);
    }
}
