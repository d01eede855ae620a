"""Clips for the tests. Four were made once by FFmpeg (libx264, libx265, mpeg2video: the streams, not the programs);
one is written here bit by bit, every pixel a known answer."""

import base64
import zlib

ROWS, COLUMNS, COUNT = 32, 48, 30  # of the made ones, with B-pictures and a key picture every ten


def luma(frame: int) -> int:
    """The grey of every pixel of frame `frame` as video has it, 16 to 235."""
    return 40 + 5 * frame


def grey(frame: int) -> int:
    """The same as RGB has it, 0 to 255."""
    return round((luma(frame) - 16) * 255 / 219)


def unpacked(text: str) -> bytes:
    """The bytes of one of the texts below."""
    return zlib.decompress(base64.b85decode(text))


_H264 = (
    "c-muNU|>v7Vc=SG(>I63fq{XU0Z8yPAL&eOU;s*GynYa^(+y;#cC;|O{`dW|{h3WK!=0}8Exx<!WX<8dAT^G&lykCghyD?-"
    "TW9}6U+DP$4@+u!zl0`k%LB{KbF5e@EC^yU&P&Sj*e@Xf(Uj)7!ZBl}4{!bL|Np-"
    "1|KIdU`+2QjW^o%|v^hjyi>sinK1}CQkWN8}&Xqu&IY>G`R&7VsdE8YLs8ax<^99^a;{4gfU<L8#(FfgeR{dqKRX_86MEDb8<$KY"
    ")UoDrOld#OWgYcvPk|zbRd-"
    "8GO{oq+K51Xf*J&4Pb0%)GRC#ZO4!<PqFrN4<z`T6V|vJVBx^C3JY0|MVxyt2K$X8IZH0~kI$#R&D`U6OqGF=qp|XcQnEjh|#6V2"
    "eg%PYMD6?1KA`"
)
_HEVC = (
    "c-muNU|@7$<YD~(pD}@fftg_fhyWtFsS`LEfO1ZZjA#-"
    "Ik~kt$Q+68dVO^jA5&#j*iXgQvj0X!B3IQ1!jO$q|8uYFGe>~J$?)mxwNRo;1f?#-yVN-~)Y5&cITmjMzAW;U!2P*s9I10*lAAl-"
    "SyjtsGkT4xxRod3SZX5v!Wd>72zY83|RJTYs{JVsr145z0*3kGu9yZPZbd`@#R8l<*v>4ZDL@BAWW`M%sL&mDP>g&Na3ot%Z0^58"
    "5;l@O40rM~gHDC&{2F$}{XaUmz37Dzq>K>s7%miq_6ribmgz7w61WW)lU@ZMlajm>m^#c+vkCM>CWg{qDV$j{U1Q;$z9zKXQTpm3"
    "`3zrMPaM4r<<17fAEC*5Y7$Y7Y;0Th(7%qFUH?;PMfrP39P~}D!O@}-HbF}6L"
)
_MPEG2 = (
    "c-muNVBE~ipdkGJ{{smI2F9%-"
    "T?~v2K)|?zfrG(;0mR||{{tk`|NpaN1CYTe{L@y`qkGCyCB2|29Uu`V3=sx~>;Hd)7+V|Vp}K_ZX9Fb{0~KjJ)%559X~Ps^V2J<!"
    "dk0vbpfJ?7|B6Q}+6CVKX%~1T<GlZqjB`gJAJ|eH5)2IUG0os<Rybkw|1gl?+5Z7ZG%G-"
    "iz$(tbI33gV++IOSeNg8rKwOV5#K0&|x$7C@DRn(lIHv10F<q~T;rjcOyPip&Lf7L=jI0dcxa~(zj1MnO>DUSM3M^5f3otNHAyOD"
    "9jub}BNU;flB>XN*pliW#f-b_qK!qq_l&3gBiDS6kY^kQ8yQY^*;HjXA0${hJi!d<Gr-"
    "Iw>(<(V}HegRqFVK_Ii=mR7>>V-lIJ(f_O;Gmnn68h<D4_;*l2U{uDSz}N_1y$gG46zBb94c0Nve7eSY`Dd0JSKIXa"
)
_MP4 = (
    "c-"
    "muNU{FXasVvAW&d+6FU}6B#Kx~v)mTZ_?U}DI?z`&7Kl$r{Z^Uh64ECKSxQ#)E1UjO@k+5XI?m*Gy=`xf8bb+YF0UZ9ke<1FQz?A"
    "xJ##Ov1C|IimYzW>9LTHY_AiQDpkvh0rY94nRz3xdpKoR^g4v0p*}$d+}SmFBs^F=M6=Z~g86|Gw=1-"
    "}FiQd97b&aT{N>IZy$o<GdDEL0x^A&ZQuof)Jf6fjV=LbbhSbj;iyxt0+*X07T~tn4LgBG%;8~{BZO^cbrv!*=yC$d>=tl5I;bSd"
    "oOzTtL4&j5|%l45FQXf@_-"
    "<A4?Ir1A3Q7OVe_=J2XT2o01{qs58M+}JhS1;gR9ctM5p|Gb`II~f|#y{$3Q^f+lp7Vx7SQRV|@U_^`{u2uD?r?>p$jfz!v-"
    "hgoFQ+>;r7UkL&>;n<X(fKfeqpmXlkSk-"
    "~rim|p<pH!v_VfDi&OqN+mYJ22n{Oh9wHONtV+f$W%)Y_Ofon5F^kWx#I_R(lPASOLscNlhs!2GTOAImIOi9UyaApn92^b5k-"
    "CK{|3%(EV-%#5N3}N5CB2jFg-rm`qt_N-DC-"
    "Fd#qQBQY-}Cl#cIX<cq+UK)@gQkDxg6xo?7DG)iCl%mu$ByaGP7Ud{F*i3oFB}q9z_P*kh;uIt`>p<lIj-UW}T!Fy@NPECki24B4"
    "n_B7_o9h`G7%1dqCRG@jnIP$q`2QbBngCTfGo~<b{eQ?Ho(`nf-1N<1aR9{$kl<-P(wW-"
    "8$iSBI`a!f#_un5sKsp5q5{nC<t^i??q>>_N5c7*bFoQ&K2{`y+u9XAFJkaMrU%|wgp>o_nEDFRsk`a1Dq0t4^&jC$3OhoeOst@F"
    "+WF)^r{R^ghfO1txp$-"
    "z4hSDH^^8m3T5c6VTOG7a>b#g?iLuQK<mn7#Sxf7IGl1fubKv^IvHx*2SfFg2o2WF9?#Danx<iw_%3CUBcD@*c02Fe0!qeNJ;1g5"
    "(*V7fB`r#k?EMOpX"
)
_TS = (
    "c-"
    "qyPT}YEr7{{M?Wjg1ZJDcAKZd%krLe1}wwzq{73GyT8CJ>7u!IJ8tE+%8c3%?=>1fegH@~#U@3<bePU4#UZ5Oq=Lf<Q28eL#uA+c"
    "{?ow!Kb}%`?v~Ubbhj{m<F+f1clY-"
    "q|cj3#a^tLGS{|f(*i@JEKV_9B6F3a@F3YZns~*aru(Hr1WNwbwS=+51R$F0Fxrs4uT(!J>CCI=Hp>&!P-"
    "@mI;!0Veo&Fi!=a+L9B7xIq_qXWndXA{eJcJ1R{-2EQcEHEw+BJ;hfW-t+6M-`EU)C?=hGR3AOQKPXCMVEKwhNFf5|(;@-"
    "NAap9uQ(22<0}$VB1swvm1kQH4ja_EHBh+^mpgshfO=tc?nPFK-Ze)1HE$a-"
    "I1e7WfDYJ^IDe)K8>Ggs}E9JI?rld>1eg?M^a+T02hlcE}quR4>v8cUm^Ss_xT%-"
    "|W+V&bQA0%(wPmJ4iQtt2eM$5yxId9DDUd7cfnAnl;5<nl)p}tV!!Nye^Yp;!E1RA76S6fuvE!vG#HY&iBz`7clqg0|^nsl2r(!O"
    "0Q~~+X`<7&1ndDH7ta+SJ;8|uG<Bww;*P(>NxhQj$^M@cHw-VsNem356v2nk!DRtj9#ruSYQ1yj)-B&Dpco{UNtGbYKrh`HR-EUX"
    "IS>t*-"
    "pCa%Q1UZ&#_na9DB7U5q<R?rAJjkOkTA>2FE#*!Ew&iw&Qb?_d<N@Oh_rzGzy5+!|hH^NkGwTIP&D=TN>$~#dY!j=_4$FwbwD{8I"
    "2gA$XIzsf_l<d7adIds>bAtc5>Q@R}tcPK9k9Doyp|5&NOrb)2|FIL3cY5sY8@*lr&a<E-"
    "=j)tihFq!dO@YYd=X?>{Aaz7Smj$1PseD*BNsHm_Xx_qMiD7!~|I!do_#aS!y@V_qAItNPt(rc@Z%zWy)-YS1Tt>$YyFj-MY|rM@"
    "zjL79q1#_Dt}c60k59vscRq6Rh87%LGf~(N29k@@h86Ud`rtmWugZfXBPW@1oU+h%2|_ceQ(KeqW8`_tkKIFUNgVNPfbwuZpR@IP"
    "rT$0{W_WM2H8!Lk`DY&Ea{L>cIJ)ImiCqfjH_x#K}<z*eogMky6AwvWj_M6+5IjF>p2Rt3uHmrhQd(cE*K)b2;{EF3+>nMBO_O*L"
    ";W=HVOfoJCt4x3)w74$L)MZf?C1^r5{-`!PI!1_`NO>Ot9#U3%}=aTxaq)t~2$7-"
    "_2iljo;G`VSdLoWjlU12KfDKB)|VD5Bx`IHaHjy3y_)K0PK~W3~@wyiV%hIopW>*&bfaRCluQ"
)

H264 = unpacked(_H264)
HEVC = unpacked(_HEVC)
MPEG2 = unpacked(_MPEG2)
MP4 = unpacked(_MP4)
TS = unpacked(_TS)


class _Bits:
    """Bits in the order of a video stream."""

    def __init__(self) -> None:
        self.text = ""

    def fixed(self, value: int, count: int) -> None:
        self.text += format(value, f"0{count}b") if count else ""

    def golomb(self, value: int) -> None:
        """Exp-Golomb, ue(v)."""
        coded = format(value + 1, "b")
        self.text += "0" * (len(coded) - 1) + coded

    def align(self, bit: str = "0") -> None:
        self.text += bit * (-len(self.text) % 8)

    def unit(self, head: int) -> bytes:
        """A NAL unit with its start code; `text` ends with the stop bit already."""
        payload = int("1" + self.text, 2).to_bytes(len(self.text) // 8 + 1, "big")[1:]
        out, zeros = bytearray([head]), 0
        for byte in payload:  # emulation prevention (ITU-T H.264 7.4.1)
            if zeros >= 2 and byte <= 3:
                out.append(3)
                zeros = 0
            out.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return b"\0\0\0\1" + bytes(out)

    def stop(self) -> None:
        self.text += "1"
        self.align()


def pcm_h264(frames: list[list[int]]) -> bytes:
    """An H.264 stream of 16 x 16 pictures in I_PCM macroblocks (ITU-T H.264 7.3.5): `frames` are 256 luma values each.

    Nothing is predicted or quantised: what is written is what must be decoded.
    """
    sps = _Bits()
    for value, count in ((66, 8), (0b11000000, 8), (10, 8)):
        sps.fixed(value, count)
    for value in (0, 0, 2, 0):  # sps id, log2_max_frame_num - 4, pic_order_cnt_type 2, num_ref_frames
        sps.golomb(value)
    sps.fixed(0, 1)
    for value in (0, 0):  # one macroblock wide and high
        sps.golomb(value)
    for bit in (1, 1, 0, 0):  # frames only, direct_8x8, no cropping, no VUI
        sps.fixed(bit, 1)
    sps.stop()
    pps = _Bits()
    for value in (0, 0):
        pps.golomb(value)
    pps.fixed(0, 2)
    for value in (0, 0, 0):
        pps.golomb(value)
    pps.fixed(0, 3)
    for value in (0, 0, 0):  # QP, QS and chroma offsets, se(v) of 0
        pps.golomb(value)
    pps.fixed(0, 3)
    pps.stop()
    stream = sps.unit(0x67) + pps.unit(0x68)
    for number, luma_values in enumerate(frames):
        stream += _pcm_slice(number, luma_values)
    return stream


def _pcm_slice(number: int, luma_values: list[int]) -> bytes:
    bits = _Bits()
    for value in (0, 7, 0):  # first macroblock, an I slice, PPS 0
        bits.golomb(value)
    bits.fixed(0, 4)  # frame_num
    bits.golomb(number % 2)  # idr_pic_id: neighbours differ
    bits.fixed(0, 2)  # dec_ref_pic_marking of an IDR picture
    bits.golomb(0)  # slice_qp_delta
    bits.golomb(25)  # mb_type I_PCM
    bits.align()
    for value in [*luma_values, *[128] * 128]:
        bits.fixed(value, 8)
    bits.stop()
    return bits.unit(0x65)
