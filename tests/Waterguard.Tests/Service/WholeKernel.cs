using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>Tests that look at the whole machine, by a sensor or by the kernel's audit, and tests that show there in numbers: one after the other.</summary>
[CollectionDefinition(nameof(WholeKernel))]
public sealed class WholeKernel;
