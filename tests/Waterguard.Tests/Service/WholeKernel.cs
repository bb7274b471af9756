using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>Tests that listen to the kernel's audit, of which there is one, and tests whose engines change packet filters, which it records wherever they are: one after the other.</summary>
[CollectionDefinition(nameof(WholeKernel))]
public sealed class WholeKernel;
