using System.Text;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Census;

/// <summary>One person under two names is one identity to a correlation, once somebody has told so.</summary>
public sealed class IdentityCorrelationTests
{
    private const string MailAndContainers = "957e9776-cc01-5dbf-892b-408941ff71d2";
    private const string Object = "0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a";
    private static readonly Generation Generation = GenerationLoader.Load(ContentOptions.Default with { Examples = false });

    private const string Mail = """{"CreationTime":"2026-11-02T09:00:00","Id":"6a1f","Operation":"New-InboxRule","OrganizationId":"0f5a","RecordType":1,"ResultStatus":"True","UserKey":"k","UserType":0,"Version":1,"Workload":"Exchange","ClientIP":"203.0.113.9:1201","ObjectId":"r","UserId":"Ines@harbour.example","Parameters":[{"Name":"ForwardTo","Value":"x@mail.example"}]}""";

    private const string SignIn = """{"time":"2026-11-02T08:00:00Z","category":"SignInLogs","operationName":"Sign-in activity","resultType":"0","properties":{"id":"s1","createdDateTime":"2026-11-02T08:00:00Z","userId":"0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a","userPrincipalName":"ines@harbour.example","appDisplayName":"Azure Kubernetes Service AAD Client"}}""";

    [Fact]
    public void Mail_under_the_principal_name_and_commands_under_the_object_id_are_one_identity_s()
    {
        var alert = Assert.Single(Scan(SignIn, Mail, Exec("\"" + Object + "\"", "{}")), a => a.Rule.Id == MailAndContainers);

        Assert.Equal("ines@harbour.example", alert.Group["user.identity"]);
    }

    [Fact]
    public void The_audit_log_itself_may_tell_that_both_are_one() =>
        Assert.Single(Scan(Mail, Exec("\"ines@harbour.example\"", $"{{\"oid\":[\"{Object}\"]}}")), a => a.Rule.Id == MailAndContainers);

    [Fact]
    public void Two_names_that_nobody_tied_together_are_two_identities() =>
        Assert.DoesNotContain(Scan(Mail, Exec("\"" + Object + "\"", "{}")), a => a.Rule.Id == MailAndContainers);

    private static string Exec(string user, string extra) =>
        $$$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"x1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/chart/pods/tide-1/exec","verb":"create","user":{"username":{{{user}}},"extra":{{{extra}}}},"objectRef":{"resource":"pods","namespace":"chart","subresource":"exec","name":"tide-1"},"responseStatus":{"code":101},"stageTimestamp":"2026-11-02T10:00:00.000000Z"}""";

    private static IReadOnlyList<Waterguard.Alerting.Alert> Scan(params string[] lines)
    {
        using var spool = new RawSpool();
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        var result = Waterguard.Pipeline.Scan.Run(Generation, [new ScanInput("in", bytes.Length, () => new MemoryStream(bytes))], new ScanOptions(null, 1, Level.Low), spool, new Progress<long>(), CancellationToken.None);
        Assert.Equal((lines.Length, 0L), ((int)result.Tally.Events, result.Tally.UnrecognisedRecords));
        return result.Alerts;
    }
}
