using System.Collections.Immutable;
using System.Net;

namespace Waterguard.Emulation.Scenarios;

/// <summary>Something that a live scenario does. There is a fixed list of them; none runs a shell on the host.</summary>
public abstract record LiveStep
{
    /// <summary>Programs that a step may run.</summary>
    public static ImmutableArray<string> Tools { get; } = ["docker", "runc", "ctr", "aide"];

    /// <summary>What a scenario may need of the machine, beyond an engine.</summary>
    public static ImmutableArray<string> AllNeeds { get; } = ["root", "runc", "containerd", "aide", "namespaces", "swarm", "sensor", "audit", "patience"];
}

/// <summary>Runs one of the tools.</summary>
/// <param name="Words">The program and what it is told, word by word.</param>
/// <param name="Repeat">How many times, one after the other.</param>
/// <param name="Ends">Whether its end other than well is expected too: a tool that tells by its exit code what it found.</param>
public sealed record RunTool(ImmutableArray<string> Words, int Repeat, bool Ends) : LiveStep;

/// <summary>Writes a file in the scenario's own folder.</summary>
/// <param name="Path">Below the folder.</param>
public sealed record WriteFile(string Path, string Text) : LiveStep;

/// <summary>Calls an address from inside of a container; a network namespace plays the outside and answers.</summary>
/// <param name="From">The container's name.</param>
/// <param name="To">An address that is kept for documentation: it is nobody's.</param>
/// <param name="Jitter">By how much each call may be off, either way; the same in every run.</param>
public sealed record Call(string From, IPAddress To, int Port, int Times, TimeSpan Every, TimeSpan Jitter) : LiveStep;

/// <summary>Waits for a time, and then until the sensor has measured what the scenario made.</summary>
/// <param name="Samples">How many times it must have; 0: the time is all.</param>
public sealed record Pause(TimeSpan For, int Samples) : LiveStep
{
    /// <summary>No step takes longer.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(10);
}

/// <summary>Ends the sensor, or the kernel's audit, as who wants not to be seen would.</summary>
/// <param name="What"><c>sensor</c> or <c>audit</c>.</param>
public sealed record StopWitness(string What) : LiveStep;
