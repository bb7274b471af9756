using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Waterguard.Posture;
using Waterguard.Response.Actions;

namespace Waterguard.Responding;

/// <summary>Writes down what would have prevented or sharpened an incident, beside the evidence, with its hash as <c>sha256sum</c> writes it. It reads the incident, the content and the archive. Thread-safe.</summary>
/// <param name="folder">Where proposals are kept.</param>
internal sealed class ProposePosture(Postures postures, string folder) : IResponseAction
{
    private const string FileIn = "file";

    public string Name => "posture.propose";

    public ActionRisk Risk => ActionRisk.Read;

    public string Permissions => "nothing but the incident, the content and the archive";

    public ImmutableArray<string> Inputs => [Assess.Incident];

    public bool CanUndo => false;

    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel)
    {
        var report = Report(postures, target, cancel);
        var file = Path.Combine(folder, $"{target.Run}-{target.Step}.json");
        var named = report.Proposals.Length == 0 ? "nothing is proposed" : string.Join("; ", report.Proposals.Select(p => $"{p.Name}: {p.Title}"));
        return Task.FromResult(new ActionPlan(target, [], $"write to {file}: {named}", [.. report.Notes], null, ImmutableSortedDictionary<string, string>.Empty.Add(FileIn, file)));
    }

    public Task ActAsync(ActionPlan plan, CancellationToken cancel)
    {
        var report = Report(postures, plan.Target, cancel);
        var (file, bytes) = (plan.Memento[FileIn], Encoding.UTF8.GetBytes(report.Json()));
        OwnFile.Write(file, bytes);
        OwnFile.Write(file + ".sha256", Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(bytes))}  {Path.GetFileName(file)}\n"));
        return Task.CompletedTask;
    }

    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel)
    {
        var file = plan.Memento[FileIn];
        if (OwnFile.Read(file) is not { } bytes || OwnFile.Read(file + ".sha256") is not { } told) return Task.FromResult(new ActionProbe(false, "nothing was written"));
        return Task.FromResult(Encoding.UTF8.GetString(told).StartsWith(Convert.ToHexStringLower(SHA256.HashData(bytes)) + " ", StringComparison.Ordinal)
            ? new ActionProbe(true, $"what is proposed is in {file}: {Summary(bytes)}")
            : new ActionProbe(false, $"{file} is not what was written"));
    }

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => throw new ActionFailedException("a proposal is not undone");

    /// <summary>What is proposed for the incident of a step.</summary>
    /// <exception cref="ActionFailedException">The incident cannot be read, or the archive does not answer.</exception>
    public static PostureReport Report(Postures postures, ActionTarget target, CancellationToken cancel)
    {
        try
        {
            return postures.Of(target[Assess.Incident], cancel);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ActionFailedException($"nothing can be proposed: {e.Message}", e);
        }
    }

    private static string Summary(byte[] report)
    {
        using var json = JsonDocument.Parse(report);
        string[] names = [.. json.RootElement.GetProperty("proposals").EnumerateArray().Select(p => p.GetProperty("name").ToString())];
        return names.Length == 0 ? "no proposal" : string.Join(", ", names);
    }
}
