namespace Waterguard.Witnesses;

/// <summary>The words of the files in <c>content/census</c>: what reads them and what publishes their schema have them from here.</summary>
internal static class ReadingWords
{
    public static readonly string[] Views = ["orchestrator", "engine", "cloud", "runtime", "metrics", "network"];

    public static readonly string[] Subjects = ["container", "pod", "workload", "engine", "identity"];

    public static readonly string[] Sayings = ["seen", "starts", "ends"];
}
