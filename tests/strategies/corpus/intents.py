"""Confirmations, refusals and everything that is neither, each in the state of the conversation it is said in.

``STARTS`` must start the generation, ``REFUSES`` are a no, ``TALK`` is neither. A message of the last two that starts one is
a false start: code that nobody asked for.
"""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from dataclasses import dataclass

READY, GENERATED, DISCUSSING = "ready", "generated", "discussing"


@dataclass(frozen=True)
class Said:
    text: str
    starts: bool = False
    refuses: bool = False
    state: str = READY


def _said(words: str, *, state: str = READY, starts: bool = False, refuses: bool = False) -> tuple[Said, ...]:
    return tuple(Said(line.strip(), starts, refuses, state) for line in words.strip().splitlines())


ZH = (
    *_said("""
        是的
        是
        对
        对，就这样
        确认
        確認
        确定
        好的
        好的，生成
        好的，生成吧
        确认，生成
        可以，开始生成
        可以生成了
        没问题，生成代码
        没问题
        行，就按这个来
        嗯，可以
        就按这个方案生成代码
        请生成代码
        帮我生成策略代码吧
        生成
        ＯＫ
        没错，开始吧
        同意，请生成
        好，写代码吧
        對的，請生成
        那就生成吧，谢谢
        给我写代码吧
        可以的，辛苦了
        好嘞
        搞吧
    """, starts=True),
    *_said("""
        不确定
        先不要生成代码
        不要
        不
        不行
        先别生成
        暂时不用
        等一下
        等等，我再想想
        不，先改一下止损
        还没好，别生成
        算了
        取消
        我不同意
        不对
        不可以
        先等等再说
        还不行
        不需要生成
        没想好，先不生成
    """, refuses=True),
    *_said("""
        生成策略之前我想问一下
        生成代码吗？
        生成之后还能改吗？
        好的，止损改成3%
        确认一下你说的止损是多少
        是不是可以生成了
        可以，但是仓位改成30%
        好的，不过我还想加个RSI
        我不确定是不是对的
        确定要用MACD吗
        是的话会怎么样
        对了，还有一个问题
        好像不太对
        行情不好怎么办
        生成的代码会自动下单吗
        你确定这样可以赚钱
        如果我说确认会发生什么
        朋友跟我说“确认，生成”就行
        好的吧其实我还没想好
        可以解释一下再生成吗
        改完止损再生成
        等我确认
        是的，但先别生成
        好的，明天再生成
        确认之前先给我看看条件
        我来写代码
        好，我来做
        好的，我自己生成
        生成的代码
        更新的策略
        正确的方案
    """),
    *_said("""
        是的
        好的
        可以
        没问题
        谢谢
        好的，谢谢
    """, state=GENERATED),
    *_said("""
        更新代码
        重新生成
        生成新版本
        好的，更新代码
        再生成一版
    """, state=GENERATED, starts=True),
    *_said("""
        好的
        确认，生成
        生成代码
        是的
    """, state=DISCUSSING),
)  # fmt: skip

EN = (
    *_said("""
        yes
        Yes.
        yes, generate
        Yes please generate the code now
        ok go ahead
        okay, do it
        looks good, thanks!
        that's right, go ahead
        confirm
        confirmed
        I confirm
        sure, go for it
        perfect, write the code
        generate the code
        please generate
        yep
        sounds good
        all good, build it
        let's do it
        Correct. Generate it.
        yes, that's what I want
        go
        fine by me
        ready, go ahead
        ship it
        yes!!! generate!
        lgtm
        that works, please go ahead and generate
        YES GENERATE
        alright, make it
    """, starts=True),
    *_said("""
        no
        not yet
        don't generate yet
        please don't generate the code yet
        wait
        hold on a second
        not sure
        I'm not sure
        no, change the stop first
        stop
        cancel
        nope
        not now, thanks
        never mind
        I don't want that
        no thanks
        let's not
        I'd rather wait
        do not generate
        not ready
    """, refuses=True),
    *_said("""
        should I generate?
        can you generate it later?
        yes but change the stop to 3%
        ok, and add RSI below 70
        before generating I have a question
        what happens if I say yes
        is that right?
        right, but what about the stop
        yes and no
        I will confirm tomorrow
        go ahead and explain the stop first
        generate nothing
        yes, generate - no wait
        my friend said "yes, generate"
        ok so what is the entry
        good question
        the code looks good but the stop is wrong
        I would confirm if the stop were smaller
        yesterday was fine
        okay, let me think
        sure about that?
        confirm the stop loss is 2% first
        generate it only after I say so
        fine, but not now
        I think so, maybe
        is that right
        good strategy
        great code
        ok so is that it
        is it ok
        so is that it
        can generate it then
        do you think it is good
    """),
    *_said("""
        yes
        ok
        great, thanks
        looks good
        perfect
        thank you
    """, state=GENERATED),
    *_said("""
        update the code
        regenerate
        generate again
        yes, generate a new version
        generate the new version please
    """, state=GENERATED, starts=True),
    *_said("""
        yes
        generate the code
        ok go ahead
        confirm
    """, state=DISCUSSING),
)  # fmt: skip

MIXED = (
    *_said("""
        ok，生成吧
        yes，确认
        好的，go ahead
        OK 没问题
        generate 吧
    """, starts=True),
    *_said("""
        no，先不要
        wait，等一下
        别 generate
    """, refuses=True),
    *_said("""
        ok但是止损改成3%
        yes吗？
        generate之前我想问一下
        好的 but wait
    """),
)  # fmt: skip
