using System.Collections.Frozen;

namespace Waterguard.Events.Framing;

/// <summary>Names of the system calls that audit rules usually watch, by number, for the two processors that matter. An enriched log says the name itself.</summary>
internal static class SystemCalls
{
    private static readonly FrozenDictionary<int, byte[]> X86 = Table(
        "0 read,1 write,2 open,9 mmap,10 mprotect,41 socket,42 connect,43 accept,44 sendto,45 recvfrom,46 sendmsg,47 recvmsg,49 bind,50 listen,56 clone,57 fork,58 vfork,59 execve,62 kill,76 truncate,77 ftruncate,"
        + "80 chdir,82 rename,83 mkdir,84 rmdir,85 creat,86 link,87 unlink,88 symlink,90 chmod,91 fchmod,92 chown,93 fchown,94 lchown,101 ptrace,105 setuid,106 setgid,113 setreuid,"
        + "114 setregid,117 setresuid,119 setresgid,126 capset,133 mknod,155 pivot_root,157 prctl,159 adjtimex,161 chroot,164 settimeofday,165 mount,166 umount2,169 reboot,170 sethostname,171 setdomainname,"
        + "175 init_module,176 delete_module,188 setxattr,189 lsetxattr,190 fsetxattr,197 removexattr,227 clock_settime,246 kexec_load,250 keyctl,257 openat,258 mkdirat,259 mknodat,260 fchownat,"
        + "263 unlinkat,264 renameat,265 linkat,266 symlinkat,268 fchmodat,272 unshare,288 accept4,304 open_by_handle_at,308 setns,310 process_vm_readv,311 process_vm_writev,313 finit_module,316 renameat2,"
        + "319 memfd_create,320 kexec_file_load,321 bpf,322 execveat,323 userfaultfd,425 io_uring_setup,428 open_tree,429 move_mount,435 clone3,437 openat2");

    private static readonly FrozenDictionary<int, byte[]> Arm = Table(
        "5 setxattr,33 mknodat,34 mkdirat,35 unlinkat,36 symlinkat,37 linkat,38 renameat,39 umount2,40 mount,41 pivot_root,45 truncate,46 ftruncate,49 chdir,51 chroot,52 fchmod,53 fchmodat,54 fchownat,55 fchown,56 openat,"
        + "63 read,64 write,91 capset,97 unshare,104 kexec_load,105 init_module,106 delete_module,112 clock_settime,117 ptrace,129 kill,142 reboot,143 setregid,144 setgid,145 setreuid,146 setuid,147 setresuid,"
        + "149 setresgid,161 sethostname,162 setdomainname,167 prctl,170 settimeofday,171 adjtimex,198 socket,200 bind,201 listen,202 accept,203 connect,206 sendto,207 recvfrom,211 sendmsg,212 recvmsg,219 keyctl,"
        + "220 clone,221 execve,222 mmap,226 mprotect,242 accept4,265 open_by_handle_at,268 setns,270 process_vm_readv,271 process_vm_writev,273 finit_module,276 renameat2,279 memfd_create,280 bpf,281 execveat,"
        + "282 userfaultfd,294 kexec_file_load,425 io_uring_setup,428 open_tree,429 move_mount,435 clone3,437 openat2");

    /// <summary>The name; empty when it is not known here.</summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> architecture, ReadOnlySpan<byte> number)
    {
        if (!System.Buffers.Text.Utf8Parser.TryParse(number, out int call, out var used) || used != number.Length) return default;
        var table = architecture.SequenceEqual("c000003e"u8) ? X86 : architecture.SequenceEqual("c00000b7"u8) ? Arm : null;
        return table is not null && table.TryGetValue(call, out var name) ? name : default;
    }

    private static FrozenDictionary<int, byte[]> Table(string text) => text.Split(',').Select(e => e.Split(' '))
        .ToFrozenDictionary(e => int.Parse(e[0], System.Globalization.CultureInfo.InvariantCulture), e => System.Text.Encoding.UTF8.GetBytes(e[1]));
}
