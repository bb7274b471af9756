using System.Collections.Immutable;
using Waterguard.Platforms.Host;

namespace Waterguard.Sensing;

/// <summary>What one look at a host shows. Immutable.</summary>
/// <param name="Sockets">Sockets of engines and runtimes that somebody listens on.</param>
internal sealed record HostView(DateTimeOffset At, IReadOnlyList<HostContainer> Containers, ImmutableSortedSet<string> Sockets);
